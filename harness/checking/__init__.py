# SPDX-License-Identifier: GPL-2.0-only
"""Checking a program of one's own: what a test calls, and what it is told.

`check` runs a program under many schedules and raises `CheckFailed` at the first that fails: the
schedule has been made as simple as it gets (`shrinking`), is drawn thread by thread (`recording`,
`operations`, `columns`) and is a token (`token`, `programs`), under which `replay` runs the program
again. Nothing here knows what is run.
"""

from harness.checking.check import CannotReplay, check, replay
from harness.checking.failed import CheckFailed
from harness.checking.programs import Identity, Program, identity_of
from harness.checking.token import ProgramToken

__all__ = [
    "CannotReplay",
    "CheckFailed",
    "Identity",
    "Program",
    "ProgramToken",
    "check",
    "identity_of",
    "replay",
]
