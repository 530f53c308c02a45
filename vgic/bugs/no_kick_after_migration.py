# SPDX-License-Identifier: GPL-2.0-only
"""no_kick_after_migration: nobody tells the vCPU that was given an interrupt."""

from vgic.data import Vcpu
from vgic.revisions import V1


class NoKickAfterMigration(V1):
    """Prune moves an interrupt to a vCPU that is in its guest and does not say so.

    That vCPU sees it at its next exit, whenever that may be.
    """

    def announce_migration(self, target: Vcpu) -> None:
        """Say nothing."""
