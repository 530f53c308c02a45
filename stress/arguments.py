# SPDX-License-Identifier: GPL-2.0-only
"""What the options of the command line mean, each with an error that says what would be right."""

import os
import re
import secrets
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from harness.strategies import DESCRIPTIONS
from stress.scenarios import SCENARIOS
from vgic.names import did_you_mean

SEED_MAX = (1 << 64) - 1
_SILENCE = "VGIC_STRESS_SILENCE_S"
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Check(StrEnum):
    """What is only checked if it is asked for."""

    RACES = "races"


class View(StrEnum):
    """How an execution can be shown."""

    COLUMNS = "columns"
    LOCKDEP = "lockdep"
    COMMIT = "commit"
    FULL = "full"


class Kind(StrEnum):
    """What can be listed."""

    SCENARIOS = "scenarios"
    REVISIONS = "revisions"
    BUGS = "bugs"
    STRATEGIES = "strategies"


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


def duration_s(text: str | None) -> float | None:
    """Read a duration with its unit; None for no limit."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text)
    if match is None:
        raise BadArgument(f"--duration {text}: a duration has a unit, such as 45s, 5m or 3h")
    return float(match[1]) * _UNITS_S[match[2]]


def jobs(text: str) -> int:
    """Read a number of jobs; `auto` is one for each core this process may use."""
    if text == "auto":
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise BadArgument(f"--jobs {text}: a number of worker processes from 1 to 1024, or auto")
    return int(text)


def silence_s() -> float:
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


def scenarios(names: Iterable[str]) -> list[str]:
    """Check the names of scenarios; all of them if none is named."""
    named = [_known(name, list(SCENARIOS), "scenario", "scenarios") for name in names]
    return list(dict.fromkeys(named)) or list(SCENARIOS)


def writable(path: Path | None, option: str) -> Path | None:
    """Check before a long run that a file can be written after it."""
    if path == Path("-"):
        raise BadArgument(f"{option} -: standard output has the report; name a file")
    if path is not None:
        try:
            with path.open("a", encoding="utf-8"):
                pass
        except OSError as error:
            raise BadArgument(f"{option} {path}: it cannot be written: {error.strerror}") from error
    return path


def _known(name: str, names: list[str], what: str, plural: str) -> str:
    if name not in names:
        raise BadArgument(
            f"there is no {what} {name!r}{did_you_mean(name, names)} "
            f"(`vgic-stress list {plural}` shows them all)"
        )
    return name
