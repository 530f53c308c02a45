# SPDX-License-Identifier: GPL-2.0-only
"""TODO."""

from stress.reporting import headline
from stress.reporting.progress_line import progress
from stress.reporting.report import (
    counted,
    every_option,
    finding_text,
    first_line,
    json_object,
    last_line,
    replay_command,
    shrinking_text,
    shrunk_text,
    summary_text,
    verdict_object,
)

__all__ = [
    "counted",
    "every_option",
    "finding_text",
    "first_line",
    "headline",
    "json_object",
    "last_line",
    "progress",
    "replay_command",
    "shrinking_text",
    "shrunk_text",
    "summary_text",
    "verdict_object",
]
