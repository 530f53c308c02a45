# SPDX-License-Identifier: GPL-2.0-only
"""The plays that are delivered: one script a file, in the folder `shipped` beside this one."""

from functools import cache
from pathlib import Path

from stress.plays.play import Play
from stress.plays.reading import read_script

SUFFIX = ".play"
_FOLDER = Path(__file__).parent / "shipped"


@cache
def shipped() -> dict[str, Play]:
    """Return the plays that are delivered, by name, in the order of their names."""
    return {
        path.stem: read_script(path.read_text("utf-8"), path.stem)
        for path in sorted(_FOLDER.glob(f"*{SUFFIX}"))
    }
