# SPDX-License-Identifier: GPL-2.0-only
"""The options of the command line that several commands share, and what a shell completes in them.

A word out of a fixed list is plain text here: arguments.py checks it and knows the nearest one.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer

from harness.search.strategies import DESCRIPTIONS
from stress.inputs.arguments import Check, Kind, View
from stress.scenarios import SCENARIOS
from vgic import BUGS, REVISIONS


def _among(names: Iterable[str]) -> Callable[[str], list[str]]:
    """Return what completes one of these names."""

    def complete(incomplete: str) -> list[str]:
        return [name for name in names if name.startswith(incomplete)]

    return complete


Scenario = Annotated[
    str,
    typer.Argument(metavar="SCENARIO", help="A small one.", autocompletion=_among(SCENARIOS)),
]
Scenarios = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SCENARIO", help="All of them if left out.", autocompletion=_among(SCENARIOS)
    ),
]
Token = Annotated[str, typer.Argument(metavar="TOKEN|@FILE|-", help="What a run has printed.")]
Tokens = Annotated[
    list[str], typer.Argument(metavar="TOKEN|@FILE|-", help="What a run has printed.")
]
What = Annotated[
    str | None,
    typer.Argument(metavar="KIND", help=", ".join(Kind), autocompletion=_among(Kind)),
]
Revision = Annotated[
    str,
    typer.Option(
        "--revision",
        metavar="NAME|FILE.py:CLASS",
        help="What to test.",
        autocompletion=_among(REVISIONS),
    ),
]
ReplayRevision = Annotated[
    str | None,
    typer.Option(
        "--revision",
        metavar="NAME|FILE.py:CLASS",
        help="Replay it on this instead.",
        autocompletion=_among(REVISIONS),
    ),
]
Bugs = Annotated[
    list[str] | None,
    typer.Option(
        "--bug", metavar="NAME", help="Put a named bug into it.", autocompletion=_among(BUGS)
    ),
]
Checks = Annotated[
    list[str] | None,
    typer.Option(
        "--check",
        metavar="|".join(Check),
        help="Look for more, at a third of the speed.",
        autocompletion=_among(Check),
    ),
]
Strategy = Annotated[
    str, typer.Option("--strategy", metavar="NAME", autocompletion=_among(DESCRIPTIONS))
]
Views = Annotated[
    str | None,
    typer.Option(
        "--view", metavar="|".join(View), help="How to show it.", autocompletion=_among(View)
    ),
]
JsonFile = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="The result for programs.")
]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Say more.")]
