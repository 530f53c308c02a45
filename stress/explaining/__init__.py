# SPDX-License-Identifier: GPL-2.0-only
"""Explaining: an execution that fails, for somebody who has never seen the tool.

Start at recorded.py: the execution again, with all that there is to say of it. The views are
columns.py (who does what, side by side), lockdep.py (who holds what), every_step.py, timeline.py
and commit.py (ready for a patch e-mail). first_divergence.py finds where a kernel first does other
than the reference, choices.py which preemptions matter; words.py puts a machine's state into words.
"""

from stress.explaining.choices import before
from stress.explaining.explanation import explain
from stress.explaining.first_divergence import FirstDivergence
from stress.explaining.lock_orders import orders_text
from stress.explaining.repro_file import repro_file
from stress.explaining.stepping import step_through

__all__ = ["FirstDivergence", "before", "explain", "orders_text", "repro_file", "step_through"]
