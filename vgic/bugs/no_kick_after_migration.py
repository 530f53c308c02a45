# SPDX-License-Identifier: GPL-2.0-only
"""no_kick_after_migration: the vCPU that was given an interrupt is not kicked."""

from vgic.bugs.bug import Bug
from vgic.data import Vcpu
from vgic.kernel import Mechanism


class NoKickAfterMigration(Mechanism):
    """Prune moves an interrupt to a vCPU that is in its guest and does not kick it.

    That vCPU sees it at its next exit, whenever that may be.
    """

    def announce_migration(self, target: Vcpu) -> None:
        """Do nothing."""


RECORD = Bug(
    name="no_kick_after_migration",
    cls=NoKickAfterMigration,
    found_as=("I16 missed kick",),
    guest_sees=True,
)
