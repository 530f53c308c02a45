# SPDX-License-Identifier: GPL-2.0-only
"""What the options of the command line mean, each with an error that says what would be right."""

import errno
import os
import re
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from harness.search.strategies import DESCRIPTIONS
from stress.inputs.words import Check, Kind, View
from stress.scenarios import SCENARIOS, SHIPPED, register
from stress.system import is_open_as, is_replaceable
from vgic import JudgedBy
from vgic.composition import did_you_mean

EXECUTIONS = 24_000
"""How many executions a campaign has if nothing limits it, more than a verdict on all takes."""

LIMIT = 100_000
"""After how many executions exploring gives up if nothing else is said."""

SEED_MAX = (1 << 64) - 1

_COUNT_MAX = 1_000_000_000

_Word = TypeVar("_Word", bound=str)
_SILENCE = "VGIC_STRESS_SILENCE_S"
_UNITS_S = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_DURATION = re.compile("".join(rf"(?:([0-9]+(?:\.[0-9]+)?){unit})?" for unit in _UNITS_S))
_SHARD = re.compile(r"(\d{1,6})/(\d{1,6})")
_DURATION_MAX_S = 1000 * _UNITS_S["d"]


class BadArgument(ValueError):
    """An argument makes no sense; the message says which and what would."""


def seed(text: str | None, option: str = "--seed") -> int:
    """Read a seed, decimal or hexadecimal; draw one if there is none."""
    if text is None:
        return secrets.randbits(32)
    try:
        value = int(text, 16 if text.lower().startswith("0x") else 10)
    except ValueError:
        value = -1
    if not 0 <= value <= SEED_MAX:
        raise BadArgument(
            f"{option} {text}: a seed is a number from 0 to 2**64 - 1, such as 7 or 0x2a"
        )
    return value


def count(text: str, option: str) -> int:
    """Read how many of something, from 1."""
    if not text.isdecimal() or not 1 <= int(text) <= _COUNT_MAX:
        raise BadArgument(f"{option} {text}: a number from 1 to {_COUNT_MAX}")
    return int(text)


def model(digest: str, seed: str | None, execution: int | None) -> str:
    """Check the digest of a model, which is named beside a seed and an execution of it."""
    if not re.fullmatch(r"[0-9a-f]{12}", digest):
        what = "the 12 hexadecimal digits that a run prints as model=..."
        raise BadArgument(f"--model {digest}: {what}")
    if None in (seed, execution):
        says = f"--model {digest}: it says whose seed it is"
        raise BadArgument(f"{says}; name --seed and --execution, too")
    return digest


def duration_s(text: str | None, option: str = "--duration") -> float | None:
    """Read a duration: numbers with their units, the largest first; None for no limit."""
    if text is None:
        return None
    match = _DURATION.fullmatch(text)
    if match is None or not text:
        raise BadArgument(f"{option} {text}: numbers with units, such as 45s, 1m30s, 8h or 2d")
    numbers = zip(match.groups(), _UNITS_S.values(), strict=True)
    seconds = sum(float(number) * unit for number, unit in numbers if number is not None)
    if not 0 < seconds <= _DURATION_MAX_S:
        raise BadArgument(f"{option} {text}: more than nothing, and at most 1000d")
    return seconds


def jobs(text: str) -> int:
    """Read a number of jobs; `auto` is one for each core this process may use."""
    if text == "auto":
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise BadArgument(f"--jobs {text}: a number of worker processes from 1 to 1024, or auto")
    return int(text)


def shard(text: str, most: int) -> tuple[int, int]:
    """Read which part of how many, such as 2/4.

    Args:
        text: what was given.
        most: how many parts there are at most.
    """
    match = _SHARD.fullmatch(text)
    part, parts = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= part <= parts <= most:
        raise BadArgument(
            f"--shard {text}: which part of how many, such as 1/2; at most {most} parts"
        )
    return part, parts


def hang_s() -> float:
    """Read from the environment after how many seconds without a step an execution hangs."""
    text = os.environ.get(_SILENCE, "60")
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise BadArgument(f"{_SILENCE}={text}: a number of seconds, 0 for never")
    return value or float("inf")


def bugs(names: Iterable[str] | None) -> tuple[str, ...]:
    """Return the names of bugs, each once; which there are, the kernel knows."""
    return tuple(dict.fromkeys(names or ()))


def strategy(name: str) -> str:
    """Check the name of a strategy."""
    return _known(name, list(DESCRIPTIONS), "strategy", "strategies")


def races(checks: Iterable[str] | None, not_checked: Iterable[str] | None = None) -> bool | None:
    """Tell whether data races are to be checked for.

    Args:
        checks: what is to be checked, by name.
        not_checked: what is not to be checked, by name.

    Returns:
        True or False as it was asked for, None if nothing was said.
    """
    on = [one_of(list(Check), name, "--check") for name in checks or ()]
    off = [one_of(list(Check), name, "--no-check") for name in not_checked or ()]
    for name in on:
        if name in off:
            raise BadArgument(f"--check {name} --no-check {name}: one or the other")
    if Check.RACES in on:
        return True
    return False if Check.RACES in off else None


def checking(checks: Iterable[str] | None) -> dict[str, Any]:
    """Return what else is to be checked for, of what is to be checked by name (`Target`)."""
    named = set(checks or ())
    judge = {"judge": JudgedBy.BOTH} if Check.ARCHITECTURE in named else {}
    return {"kicks": Check.KICKS in named, **judge}


def more(checks: Iterable[str] | None) -> dict[str, Any]:
    """Return of each check whether a replay is asked to have it, beside what its token needs."""
    return {"races": races(checks) or False, **checking(checks)}


def view(name: str | None) -> View | None:
    """Read the name of a view; None for the usual one."""
    return None if name is None else View(one_of(list(View), name, "--view"))


def kind(name: str | None) -> Kind:
    """Read what is to be listed."""
    return Kind(one_of(list(Kind), name or "", "list"))


def scenarios(names: Iterable[str], files: Iterable[Path] = ()) -> list[str]:
    """Check the names of scenarios.

    Args:
        names: their names.
        files: the user's own files of scenarios, which are registered.

    Returns:
        The names, each once. If there is none: all that are in the files; without files all that
        are delivered with vgic-stress, so that a seed means the same everywhere.

    Raises:
        BadArgument: there is no such scenario.
        BadScenarioFile: a file cannot be used.
    """
    own = registered(files)
    named = [_scenario(name) for name in names]
    return list(dict.fromkeys(named)) or list(dict.fromkeys(own)) or list(SHIPPED)


def registered(files: Iterable[Path]) -> list[str]:
    """Register files of scenarios, and return what is in them, by name.

    Raises:
        BadScenarioFile: a file cannot be used.
    """
    return [name for file in files for name in register(file, hang_s())]


def _scenario(name: str) -> str:
    return name if name in SHIPPED else _known(name, list(SCENARIOS), "scenario", "scenarios")


def writable(path: Path | None, option: str) -> Path | None:
    """Check before a long run that a file can be written after it."""
    if path is None:
        return None
    if path == Path("-") or (path.exists() and is_open_as(path, 1) and not _is_nowhere(path)):
        raise BadArgument(f"{option} {path}: standard output has the report; name a file")
    try:
        if is_replaceable(path):
            with path.open("a", encoding="utf-8"):
                pass
        elif path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        elif not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise BadArgument(f"{option} {path}: it cannot be written: {error.strerror}") from error
    return path


def _is_nowhere(path: Path) -> bool:
    """Tell whether nothing of what is written there stays, so that it can take any two things."""
    return path.is_char_device() and not os.isatty(1)


def _known(name: str, names: list[str], what: str, plural: str) -> str:
    if name not in names:
        raise BadArgument(
            f"there is no {what} {name!r}{did_you_mean(name, names)} "
            f"(`vgic-stress list {plural}` shows them all)"
        )
    return name


def one_of(names: Sequence[_Word], name: str, what: str) -> _Word:
    """Return one of some words; the error names the nearest of them."""
    if name not in names:
        *others, last = names
        either = f"{', '.join(others)} or {last}" if others else last
        asked = f"{what} {name}".strip()
        raise BadArgument(f"{asked}: it takes {either}{did_you_mean(name, names)}")
    return next(word for word in names if word == name)
