# SPDX-License-Identifier: GPL-2.0-only
"""The known bugs by name, one small class each, to be put into a revision.

A bug overrides one decision. To add one, write its file and enter it here.
"""

from vgic.bugs.active_first_sort import ActiveFirstSort
from vgic.bugs.canary import Canary, CanaryOfRaces
from vgic.bugs.eoi_walk_from_list_head import EoiWalkFromListHead
from vgic.bugs.eoicount_not_preserved import EoicountNotPreserved
from vgic.bugs.eoicount_plus_one import EoicountPlusOne
from vgic.bugs.kick_without_request import KickWithoutRequest
from vgic.bugs.lr_walk_takes_undeliverable import LrWalkTakesUndeliverable
from vgic.bugs.no_kick_after_migration import NoKickAfterMigration
from vgic.bugs.no_recheck_after_relock import NoRecheckAfterRelock
from vgic.bugs.no_splice import NoSplice
from vgic.bugs.prune_active import PruneActive
from vgic.bugs.stale_summary import StaleSummary
from vgic.bugs.two_locks_unordered import TwoLocksUnordered
from vgic.revisions import V1

CANARY = "canary"
CANARY_OF_RACES = "canary_of_races"

BUGS: dict[str, type[V1]] = {
    "no_splice": NoSplice,
    "kick_without_request": KickWithoutRequest,
    "eoicount_not_preserved": EoicountNotPreserved,
    "no_recheck_after_relock": NoRecheckAfterRelock,
    "two_locks_unordered": TwoLocksUnordered,
    "prune_active": PruneActive,
    "eoi_walk_from_list_head": EoiWalkFromListHead,
    "eoicount_plus_one": EoicountPlusOne,
    "active_first_sort": ActiveFirstSort,
    "lr_walk_takes_undeliverable": LrWalkTakesUndeliverable,
    "no_kick_after_migration": NoKickAfterMigration,
    "stale_summary": StaleSummary,
    CANARY: Canary,
}

CANARIES: dict[str, type[V1]] = {CANARY: Canary, CANARY_OF_RACES: CanaryOfRaces}
"""What campaigns look for first. That of the data races is no bug that anything else would find."""
