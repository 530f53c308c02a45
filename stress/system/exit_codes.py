# SPDX-License-Identifier: GPL-2.0-only
"""The exit codes, in one table that `--help`, the docs and the code share."""

from collections.abc import Iterable
from enum import IntEnum
from os import _exit as end_at_once

__all__ = ["REPLAY_CODES", "RUN_CODES", "Exit", "end_at_once", "table", "worst"]
# `end_at_once` is what code under test can have taken from the module os, or is refused there.


class Exit(IntEnum):
    """What the process says when it ends."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    HARNESS_BUG = 3
    TOO_FEW = 4
    CANNOT_JUDGE = 125
    INTERRUPTED = 130


RUN_CODES = {
    Exit.CLEAN: "clean: the budget was spent, the canary was found, nothing else was;\n"
    "       docs/scope.md says what that covers and what it leaves out",
    Exit.FINDINGS: "findings, or the class under test or your scenario is at fault",
    Exit.USAGE: "usage: something on the command line is wrong",
    Exit.HARNESS_BUG: "harness bug: nondeterminism, canary missed, worker died or hung",
    Exit.TOO_FEW: "too few to judge: nothing selected, too few executions, windows missed",
    Exit.INTERRUPTED: "interrupted",
}

REPLAY_CODES = {
    Exit.CLEAN: "all deviations could be applied and it does not fail",
    Exit.FINDINGS: "the same failure again",
    Exit.USAGE: "usage: something on the command line is wrong",
    Exit.HARNESS_BUG: "harness bug",
    Exit.CANNOT_JUDGE: "cannot be judged: a deviation found no place, another failure,\n"
    "       unknown version, or the user's class is absent or at fault",
}

_WORST_FIRST = (
    Exit.USAGE, Exit.HARNESS_BUG, Exit.FINDINGS, Exit.INTERRUPTED, Exit.TOO_FEW, Exit.CLEAN,
)  # fmt: skip


def worst(codes: Iterable[Exit]) -> Exit:
    """Return the exit code that counts when several apply; CLEAN when none does."""
    applying = set(codes)
    return next((code for code in _WORST_FIRST if code in applying), Exit.CLEAN)


def table() -> str:
    """Return the exit codes of `run` and `replay` as lines of text, a paragraph each."""
    paragraphs = []
    for command, codes in (("run", RUN_CODES), ("replay and shrink", REPLAY_CODES)):
        lines = [f"  {code.value:>3}  {text}" for code, text in codes.items()]
        paragraphs.append("\n".join([f"Exit codes of {command}:", *lines]))
    return "\n\n".join(paragraphs)
