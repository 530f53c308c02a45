# SPDX-License-Identifier: GPL-2.0-only
"""Which windows executions never come through on which generations, for floors not to ask for."""

FLUSHED_FIRST = frozenset({"turned_back", "kick_in_flush"})
"""Where the list registers are filled before the mode is published: nobody is kicked meanwhile."""

LOOKED_FIRST = frozenset({"aborted_entry", "aborted_entry_with_overflow"})
"""Where the requests are looked at first."""

ONE_LIST = frozenset({"split"})
"""Where nothing is put aside."""

NOTHING_OUTSIDE = frozenset({"eoicount", "eoicount_of_two", "arrival_with_eoicount", "split"})
"""Where nothing is active outside the list registers; an end is still counted of what was
deactivated from beside while its guest handled it, and no scenario is asked for that."""
