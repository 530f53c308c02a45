# SPDX-License-Identifier: GPL-2.0-only
"""What must hold of the vGIC, one function each, with the locks that make it readable.

The numbers are those of docs/invariants.md. Each raises ModelFailure with a `Failure` that says
which interrupt is wrong and how. When they are called is the business of watch.py.
"""

from vgic.judging.invariants.delivery import (
    ENTRIES_MAX,
    arrival_was_told,
    exits_for_a_reason,
    guest_gets_to_act,
    nobody_missed_a_kick,
    nothing_is_lost,
    nothing_is_stuck,
    prune_ends,
)
from vgic.judging.invariants.handlers import (
    acknowledged_by_right,
    active_is_acknowledged,
    arrivals_keep_active_state,
    eoicount_is_plausible,
    priorities_nest,
)
from vgic.judging.invariants.judge import listed
from vgic.judging.invariants.lists import (
    active_is_listed,
    added_where_it_belongs,
    lists_are_whole,
    nothing_is_left_behind,
    overflow_is_empty,
    says_where_it_is,
)
from vgic.judging.invariants.registers import (
    best_are_loaded,
    loaded_by_right,
    no_lr_in_use,
    nobody_starves,
    used_lrs_agree,
)
from vgic.judging.invariants.writes import line_is_as_driven, write_took_effect

__all__ = [
    "ENTRIES_MAX", "acknowledged_by_right", "active_is_acknowledged", "active_is_listed",
    "added_where_it_belongs", "arrival_was_told", "arrivals_keep_active_state",
    "best_are_loaded", "eoicount_is_plausible", "exits_for_a_reason", "guest_gets_to_act",
    "line_is_as_driven", "listed", "lists_are_whole", "loaded_by_right", "no_lr_in_use",
    "nobody_missed_a_kick", "nobody_starves", "nothing_is_left_behind", "nothing_is_lost",
    "nothing_is_stuck", "overflow_is_empty", "priorities_nest", "prune_ends", "says_where_it_is",
    "used_lrs_agree", "write_took_effect",
]  # fmt: skip
