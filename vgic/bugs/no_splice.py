# SPDX-License-Identifier: GPL-2.0-only
"""no_splice: prune forgets the overflow list."""

from vgic.revisions.v1 import V1
from vgic.vm import Vcpu


class NoSplice(V1):
    """Prune does not put the overflow back, so its entries are lost at the next flush."""

    def replug_overflow(self, vcpu: Vcpu) -> None:
        """Leave it where it is."""
