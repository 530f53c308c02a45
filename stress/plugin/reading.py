# SPDX-License-Identifier: GPL-2.0-only
"""How what an option of the plugin, or a line of its ini file, says is read: text in, value out.

Each raises BadArgument, which says where the text stands and what would be right there. It takes
the harness to know that, so it is imported only when something is to be read.
"""

from collections.abc import Callable
from pathlib import Path


def seed(text: str, where: str) -> int:
    """Read a seed."""
    from stress.inputs import arguments

    return arguments.seed(text, where)


def count(text: str, where: str) -> int:
    """Read how many executions."""
    from stress.inputs import arguments

    return arguments.count(text, where)


def duration(text: str, where: str) -> float:
    """Read for how long."""
    from stress.inputs import arguments

    return arguments.duration_s(text, where) or 0.0


def strategy(text: str, where: str) -> str:
    """Check the name of a strategy."""
    from stress.inputs import BadArgument, arguments

    try:
        return arguments.strategy(text)
    except BadArgument as error:
        raise BadArgument(f"{where} {text}: {error}") from error


def points(text: str, where: str) -> str:
    """Read where threads can be interleaved."""
    from stress.inputs import Points, arguments

    return arguments.one_of(list(Points), text, where)


def folder(text: str, where: str) -> Path:
    """Read which folder findings are kept in."""
    from stress.inputs import BadArgument

    if not text or (Path(text).exists() and not Path(text).is_dir()):
        raise BadArgument(f"{where} {text}: the folder of findings; this is none")
    return Path(text)


READ: dict[str, Callable[[str, str], object]] = {
    "seed": seed,
    "executions": count,
    "duration": duration,
    "strategy": strategy,
    "points": points,
    "findings": folder,
}
