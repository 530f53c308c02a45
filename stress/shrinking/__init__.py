# SPDX-License-Identifier: GPL-2.0-only
"""Shrinking: from the execution that was found to the least that still fails alike.

Start at shrinker.py: what is tried, and in which order; simplest.py: what takes the place of the
simplest execution so far, and when that ends. What can be left out of a machine and its programs is
in leaving_out.py, which values have a quieter one in quieter.py, how a schedule is carried over to
a smaller program in carrying_over.py, what simpler means in simplicity.py.
"""

from stress.shrinking.shrinker import REPLAYS, Shrunk, shrink
from stress.shrinking.simplest import STEPS_A_REPLAY
from stress.shrinking.simplicity import Size

__all__ = ["REPLAYS", "STEPS_A_REPLAY", "Shrunk", "Size", "shrink"]
