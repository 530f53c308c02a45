# SPDX-License-Identifier: GPL-2.0-only
"""Shrinking: from the execution that was found to the least that still fails alike.

Start at shrinker.py: what is tried, in which order, and when it ends. What can be left out of a
machine and its programs is in leaving_out.py, which values have a quieter one in quieter.py, how a
schedule is carried over to a smaller program in carrying_over.py, what simpler means in
simplicity.py.
"""

from stress.shrinking.shrinker import REPLAYS, STEPS_A_REPLAY, Shrunk, shrink
from stress.shrinking.simplicity import Size

__all__ = ["REPLAYS", "STEPS_A_REPLAY", "Shrunk", "Size", "shrink"]
