# SPDX-License-Identifier: GPL-2.0-only
"""active_first_sort: active interrupts get list registers first."""

from vgic.bugs.bug import Bug
from vgic.data import Vcpu, VgicIrq
from vgic.kernel import Mechanism


class ActiveFirstSort(Mechanism):
    """Active interrupts sort before pending ones, as they did until 6.18 (05984ba67eb6).

    A guest with as many open handlers as list registers never sees a more urgent interrupt.
    """

    def sort_key(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[bool | int, ...]:
        """Turn the third key round."""
        elsewhere, disabled, not_pending, priority = super().sort_key(vcpu, irq)
        return elsewhere, disabled, not not_pending, priority


RECORD = Bug(
    name="active_first_sort",
    cls=ActiveFirstSort,
    found_as=("O10 best pending left out",),
    guest_sees=True,
    date="2025-11",
    mended_by="05984ba67eb6",
)
