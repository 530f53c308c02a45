# SPDX-License-Identifier: GPL-2.0-only
"""Commands that rearrange what an ITS maps, in the books: each touches every LPI.

None of them kicks anybody (quirk Q3). What an event is mapped to nothing by, or goes nowhere by,
may refuse what was sent before.
"""

from vgic.data import Kvm, Vcpu, VgicIrq, is_lpi
from vgic.judging.ledger import Ledger


class Rearranging:
    """The commands of one VM that are under way."""

    def __init__(self, kvm: Kvm, ledger: Ledger) -> None:
        """Begin with none.

        Args:
            kvm: the VM.
            ledger: where they are entered.
        """
        self._kvm = kvm
        self._ledger = ledger
        # For each vCPU, what was there when its command began, and where that was routed to.
        self._began: dict[int, tuple[int, dict[VgicIrq, Vcpu | None]]] = {}

    def begin(self, vcpu: int) -> None:
        """A vCPU begins one."""
        touched = {irq: irq.target_vcpu for irq in self._kvm.irqs if is_lpi(irq.intid)}
        self._began[vcpu] = self._kvm.scheduler.steps, touched
        for irq in touched:
            self._ledger.begin(irq, sends=False)
            self._ledger.prioritize(irq)

    def end(self, vcpu: int) -> None:
        """It has ended: what goes nowhere by now need not be delivered."""
        began, touched = self._began.pop(vcpu)
        step, ledger = self._kvm.scheduler.steps, self._ledger
        for irq, old_target in touched.items():
            ledger.routed(irq, old_target, began, step)
            ledger.prioritized(irq, step, changed=True, reorders=True)
            ledger.end(irq, step)
            if not self._is_sent(irq):
                ledger.forgive(irq)

    def forget(self, irq: VgicIrq) -> None:
        """An LPI is no more."""
        for _, touched in self._began.values():
            touched.pop(irq, None)

    def _is_sent(self, irq: VgicIrq) -> bool:
        """Tell whether there is an event whose messages are for an LPI."""
        lpis = self._kvm.dist.lpis
        events = {} if lpis is None else lpis.events
        return any(ite.irq is irq and ite.target is not None for ite in events.values())
