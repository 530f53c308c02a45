# SPDX-License-Identifier: GPL-2.0-only
"""Which schedules are tried, and how much of a program they have shown.

`strategies` decide one execution each; `explore` runs a program many times, at random or to the
end. Underneath: which operations may be exchanged (`dependency`), what happened before what
(`happens_before`, `meetings`), which races can be reversed (`reversals`), and the tree of
executions with what shows nothing new left out (`branch`, `reduction`). Two executions are the same
`behaviour` if they differ only in the order of independent steps; `saturation` says how many of
those have been seen.
"""

from harness.search.behaviour import behaviour
from harness.search.saturation import Seen

__all__ = ["Seen", "behaviour"]
