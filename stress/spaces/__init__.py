# SPDX-License-Identifier: GPL-2.0-only
"""Spaces: every schedule of one small machine.

A `Space` says what is explored and `explored` does it. Code that draws at random explores nothing,
so a sample of the executions is run once more (sample.py). What a command makes of it is
stress/exploration, what a night does is a job (stress/jobs/exploring.py).
"""

from stress.spaces.space import Space, explored

__all__ = ["Space", "explored"]
