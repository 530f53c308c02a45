# SPDX-License-Identifier: GPL-2.0-only
"""Exploring: every schedule of one small machine, what fails among them, and what to say of it.

Which machine that is, and its schedules, is stress/spaces; `Failures` confirms, keeps and shrinks
what fails, report.py says what came of it.
"""

from stress.exploration.failures import Failures
from stress.exploration.report import exploration_values, headline_of, result_text, space_values

__all__ = [
    "Failures", "exploration_values", "headline_of", "result_text", "space_values",
]  # fmt: skip
