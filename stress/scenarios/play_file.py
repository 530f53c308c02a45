# SPDX-License-Identifier: GPL-2.0-only
"""A play as a scenario: what a real kernel plays, the model runs under every schedule there is.

All its executions have the same machine and the same programs; only their schedules differ.
"""

from collections.abc import Callable
from pathlib import Path

from harness import Streams
from harness.engine import NAME_MAX, observes, printable_name
from stress.plays import BadScript, Play, read_script
from stress.scenarios.faults import BadScenarioFile
from vgic import Parameters

observes(__name__)

_RESULT = "Result:"


def scenario_of_play(path: Path, text: bytes) -> tuple[str, Callable[[Streams], Parameters]]:
    """Return the name of a play's scenario, and what draws its machine.

    Args:
        path: the play's file, by which it is named.
        text: what is in it.

    Raises:
        BadScenarioFile: it is no play, or its name is none of a scenario.
    """
    name = path.stem
    if not name.isidentifier() or name != printable_name(name):
        raise BadScenarioFile(
            f"{path}: a play that is run as a scenario is named by its file, and that name has at "
            f"most {NAME_MAX} letters, digits and underscores: rename it"
        )
    try:
        play = read_script(text.decode("utf-8"), name)
    except (BadScript, UnicodeDecodeError) as error:
        raise BadScenarioFile(f"{path}: {error}") from error

    def draw(streams: Streams) -> Parameters:
        return play.parameters

    draw.__name__, draw.__doc__ = name, _text_of(play)
    return name, draw


def _text_of(play: Play) -> str:
    """Return what it does, as a scenario says it.

    The result that a play gives is that of kernels, with their bugs; a correct one never fails.
    """
    about = [line for line in play.about if not line.startswith(_RESULT)]
    return "\n".join([play.title or play.name, "", *about, "", f"{_RESULT} Never"])
