# SPDX-License-Identifier: GPL-2.0-only
"""The options of the command line that several commands share, and what a shell completes in them.

A word out of a fixed list is plain text here: stress/inputs/arguments.py checks it and knows the
nearest one.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from harness.search.strategies import DESCRIPTIONS
from stress.inputs import EXECUTIONS, Check, Kind, Points, View
from stress.scenarios import SHIPPED
from vgic import BUGS, BUGS_OF_POINTS, REVISIONS, JudgedBy


def _among(names: Iterable[str]) -> Callable[[str], list[str]]:
    """Return what completes one of these names."""

    def complete(incomplete: str) -> list[str]:
        return [name for name in names if name.startswith(incomplete)]

    return complete


def _argument(metavar: str, text: str, among: Iterable[str] | None = None) -> Any:
    """Return an argument, which a shell completes among some names."""
    complete = None if among is None else _among(among)
    return typer.Argument(metavar=metavar, help=text, autocompletion=complete)


def _option(flag: str, metavar: str, text: str | None, among: Iterable[str] | None = None) -> Any:
    """Return an option with a value, which a shell completes among some names."""
    complete = None if among is None else _among(among)
    return typer.Option(flag, metavar=metavar, help=text, autocompletion=complete)


def _revision(text: str) -> Any:
    return _option("--revision", "NAME|FILE.py:CLASS", text, REVISIONS)


_TOKEN = _argument("TOKEN|@FILE|-", "What a run has printed.")

OneScenario = Annotated[str, _argument("SCENARIO", "A small one.", SHIPPED)]
Scenarios = Annotated[list[str] | None, _argument("SCENARIO", "All of them if left out.", SHIPPED)]
ScenarioFiles = Annotated[
    list[Path] | None, _option("--scenarios", "FILE.py", "Scenarios of your own.")
]
KernelImage = Annotated[Path, _argument("IMAGE", "An arm64 kernel: vmlinuz, Image.")]
OneToken = Annotated[str, _TOKEN]
Tokens = Annotated[list[str], _TOKEN]
What = Annotated[str | None, _argument("KIND", ", ".join(Kind), Kind)]
Revision = Annotated[str, _revision("What to test.")]
ComparedRevision = Annotated[
    str | None, _revision("Compare it with this; if left out, with that of its release.")
]
ReplayRevision = Annotated[str | None, _revision("Replay it on this instead.")]
Bugs = Annotated[
    list[str] | None, _option("--bug", "NAME", "Put a named bug into it.", [*BUGS, *BUGS_OF_POINTS])
]
Checks = Annotated[
    list[str] | None,
    _option("--check", "|".join(Check), "Look for more; for races at a third of the speed.", Check),
]
NoChecks = Annotated[
    list[str] | None,
    _option("--no-check", "|".join(Check), "Leave out what your own class is checked for.", Check),
]
PointsMode = Annotated[
    str, _option("--points", "|".join(Points), "Interleave at unlocked plain accesses too.", Points)
]
Judge = Annotated[str, _option("--judge", "|".join(JudgedBy), "By what it is judged.", JudgedBy)]
Executions = Annotated[
    int | None,
    typer.Option(
        "--executions",
        metavar="N",
        min=0,
        help=f"How many in all: {EXECUTIONS}, or no limit beside --duration.",
    ),
]
Duration = Annotated[str | None, _option("--duration", "45s|1m30s|8h", "Stop after so long.")]
SeedNumber = Annotated[str | None, _option("--seed", "N", "Decimal or hex; drawn if left out.")]
Execution = Annotated[
    int | None,
    typer.Option(
        "--execution", metavar="N", min=0, help="Just that one of the seed, of each scenario."
    ),
]
Model = Annotated[
    str | None, _option("--model", "DIGEST", "Whose seed it is; another's is looked up.")
]
HistoryFolder = Annotated[Path, _option("--history", "DIR", "The nights to look it up in.")]
Jobs = Annotated[str, _option("--jobs", "N|auto", "Worker processes.")]
Strategy = Annotated[str, _option("--strategy", "NAME", None, DESCRIPTIONS)]
Views = Annotated[str | None, _option("--view", "|".join(View), "How to show it.", View)]
Timeline = Annotated[Path | None, _option("--timeline", "FILE", "Write it for ui.perfetto.dev.")]
TraceFile = Annotated[Path | None, _option("--trace", "FILE", "Write what its guests did and saw.")]
JsonFile = Annotated[Path | None, _option("--json", "FILE", "The result for programs.")]
Verbose = Annotated[
    int,
    typer.Option("-v", "--verbose", count=True, show_default=False, help="Say more; -vv yet more."),
]
LogJson = Annotated[
    bool, typer.Option("--log-json", help="Log as -v does, each line a JSON object.")
]
