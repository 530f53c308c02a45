# SPDX-License-Identifier: GPL-2.0-only
"""First and last lines: what was run, in one line of at most 100 columns whatever that was.

A log is cut at either end, searched and pasted. So each of the two says what was tested, on which
seed, and by which model, so that a seed that has died with an edit of the model can be told from
one that is clean. Options that are as they are by default are left out, and so are those that find
no room, for which `...` stands: --json and -v have them all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

COLUMNS_MAX = 100

_TESTED_MIN = 12
_DOTS = "..."


@dataclass(frozen=True)
class Headline:
    """What first and last line say beside how it begins and how it ended.

    Attributes:
        tested: what was tested.
        identity: the seed, if there is one, and last the model.
        options: what else was asked for, the most important first.
        joint: what stands between a verdict and what was tested.
    """

    tested: str
    identity: Sequence[str]
    options: Sequence[str] = ()
    joint: str = ""

    def line(self, begin: str) -> str:
        """Return a line that begins like that."""
        return line(begin, self.tested, self.identity, self.options)


def line(begin: str, tested: str, identity: Sequence[str], options: Sequence[str] = ()) -> str:
    """Return the line `BEGIN TESTED (IDENTITY OPTIONS IDENTITY)`.

    Args:
        begin: what it begins with; its end is cut off if it leaves no room for the rest.
        tested: what was tested; shortened in the middle, since both its ends say what it is.
        identity: what has to be there: the seed, if there is one, and last the model.
        options: what else was asked for, the most important first.
    """
    room = COLUMNS_MAX - len(f"  ({' '.join(identity)})")
    begin = clipped(begin, room - min(len(tested), _TESTED_MIN))
    tested = shortened(tested, room - len(begin))
    shown = _fitting(options, room - len(begin) - len(tested))
    words = " ".join([*identity[:-1], *shown, identity[-1]])
    return f"{begin} {tested} ({words})"


def _fitting(options: Sequence[str], room: int) -> list[str]:
    """Return what there is room for, each with a blank, and dots for the rest."""
    if len(" ".join([*options, ""])) <= room:
        return list(options)
    shown = []
    room -= len(f"{_DOTS} ")
    for option in options:
        if len(f"{option} ") <= room:
            shown.append(option)
            room -= len(f"{option} ")
    return [*shown, _DOTS] if room >= 0 else []


def clipped(text: str, width: int) -> str:
    """Return a text without its end if it is longer than that."""
    return text if len(text) <= width else text[: width - len(_DOTS)] + _DOTS


def shortened(text: str, width: int) -> str:
    """Return a text without its middle if it is longer than that."""
    if len(text) <= width:
        return text
    kept = width - len(_DOTS)
    return text[: kept - kept // 2] + _DOTS + text[len(text) - kept // 2 :]
