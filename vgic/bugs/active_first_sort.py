# SPDX-License-Identifier: GPL-2.0-only
"""active_first_sort: active interrupts get list registers first."""

from vgic.data import Vcpu, VgicIrq
from vgic.revisions import V1


class ActiveFirstSort(V1):
    """Active interrupts sort before pending ones, as they did until 6.18 (05984ba67eb6).

    A guest with as many open handlers as list registers never sees a more urgent interrupt.
    """

    def sort_key(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[bool | int, ...]:
        """Turn the third key round."""
        elsewhere, disabled, not_pending, priority = super().sort_key(vcpu, irq)
        return elsewhere, disabled, not not_pending, priority
