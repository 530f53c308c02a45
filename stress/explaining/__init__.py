# SPDX-License-Identifier: GPL-2.0-only
"""Explaining: an execution that fails, for somebody who has never seen the tool.

Start at recorded.py: the execution again, with all that can be told of it. The views are
columns.py (who does what, side by side), lockdep.py (who holds what) and commit.py (ready for a
patch e-mail); departure.py finds where a kernel first does other than the reference, and
necessity.py what each preemption is needed for.
"""

from stress.explaining.lock_orders import orders_text
from stress.explaining.repro_file import repro_file
from stress.explaining.stepping import step_through
from stress.explaining.story import tell

__all__ = ["orders_text", "repro_file", "step_through", "tell"]
