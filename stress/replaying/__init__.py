# SPDX-License-Identifier: GPL-2.0-only
"""TODO."""

from stress.replaying import opening
from stress.replaying.judgement import (
    Say,
    Wanted,
    first_line,
    replay,
    say_differences,
    say_divergence,
)
from stress.replaying.opening import CannotJudge, Case, opened

__all__ = [
    "CannotJudge",
    "Case",
    "Say",
    "Wanted",
    "first_line",
    "opened",
    "opening",
    "replay",
    "say_differences",
    "say_divergence",
]
