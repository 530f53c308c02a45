# SPDX-License-Identifier: GPL-2.0-only
"""Exploring: every schedule of one small machine, what fails among them, and what to say of it.

A `Space` says what is explored and `explored` does it; `Failures` confirms, keeps and shrinks what
fails. Code that draws at random explores nothing, so a sample is run once more (sample.py).
"""

from stress.exploration.failures import Failures
from stress.exploration.report import exploration_values, headline_of, result_text, space_values
from stress.exploration.space import Space, explored

__all__ = [
    "Failures", "Space", "exploration_values", "explored", "headline_of", "result_text",
    "space_values",
]  # fmt: skip
