# SPDX-License-Identifier: GPL-2.0-only
"""What must hold of the vGIC, one function each, with the locks that make it readable.

The numbers are those of docs/invariants.md. Each raises ModelFailure with a `Failure` that says
which interrupt is wrong and how. When they are called is the business of watch.py.
"""

from vgic.invariants.delivery import (
    ENTRIES_MAX,
    exits_for_a_reason,
    no_edge_is_lost,
    nobody_missed_a_kick,
    nothing_is_stuck,
    prune_ends,
)
from vgic.invariants.handlers import (
    acknowledged_by_right,
    active_is_acknowledged,
    arrivals_keep_active_state,
    eoicount_is_plausible,
    priorities_nest,
)
from vgic.invariants.judge import listed
from vgic.invariants.lists import (
    active_is_listed,
    added_where_it_belongs,
    lists_are_whole,
    overflow_is_empty,
)
from vgic.invariants.registers import (
    best_are_loaded,
    no_lr_in_use,
    nobody_starves,
    used_lrs_agree,
)

__all__ = [
    "ENTRIES_MAX", "acknowledged_by_right", "active_is_acknowledged", "active_is_listed",
    "added_where_it_belongs", "arrivals_keep_active_state", "best_are_loaded",
    "eoicount_is_plausible", "exits_for_a_reason", "listed", "lists_are_whole",
    "no_edge_is_lost", "no_lr_in_use", "nobody_missed_a_kick", "nobody_starves",
    "nothing_is_stuck", "overflow_is_empty", "priorities_nest", "prune_ends", "used_lrs_agree",
]  # fmt: skip
