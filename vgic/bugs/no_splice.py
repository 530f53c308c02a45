# SPDX-License-Identifier: GPL-2.0-only
"""no_splice: prune forgets the overflow list."""

from vgic.data import Vcpu
from vgic.revisions import V1


class NoSplice(V1):
    """Prune does not put the overflow back, so its entries are lost at the next flush."""

    def replug_overflow(self, vcpu: Vcpu) -> None:
        """Leave it where it is."""
