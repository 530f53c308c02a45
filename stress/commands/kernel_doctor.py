# SPDX-License-Identifier: GPL-2.0-only
"""The command `kernel doctor`: a line for each part, as soon as it has been looked at."""

from pathlib import Path

from stress.plays import shipped
from stress.rig.doctor import examined
from stress.system import say

_WIDTH = 10


def say_parts(image: Path | None) -> bool:
    """Say of each part what is there, or what is missing and what to type.

    Args:
        image: a kernel to boot, None to boot none.

    Returns:
        Whether all is there.
    """
    complete = True
    plays = list(shipped().values())[:1]
    for part in examined(image, plays):
        complete &= not part.missing
        say(f"{part.name:<{_WIDTH}}{part.found or f'MISSING: {part.missing}'}")
    return complete
