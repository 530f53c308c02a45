# SPDX-License-Identifier: GPL-2.0-only
"""What commands say: first line, findings, verdict, last line, result for programs, exit code.

What something comes to is decided in verdict.py, for `run`, `explore`, `replay` and marked tests
alike; `Writer` says it. The rest is what there is to say of a campaign and of a finding.
"""

from stress.reporting import verdict
from stress.reporting.asked import checks, every_option, headline_of
from stress.reporting.finding_text import (
    also_text,
    example_text,
    finding_text,
    replay_command,
    shrinking_text,
)
from stress.reporting.headline import Headline
from stress.reporting.progress_line import progress
from stress.reporting.summary import campaign_values, summary_text
from stress.reporting.verdict import HARNESS_BUG, Verdict, at_fault, not_judged
from stress.reporting.writer import Writer

__all__ = [
    "HARNESS_BUG", "Headline", "Verdict", "Writer", "also_text", "at_fault", "campaign_values",
    "checks", "every_option", "example_text", "finding_text", "headline_of", "not_judged",
    "progress", "replay_command", "shrinking_text", "summary_text", "verdict",
]  # fmt: skip
