# SPDX-License-Identifier: GPL-2.0-only
"""Priorities and groups that are written while their interrupts are handled (quirk Q7).

An end drops the priority that was active, and the list register has to have that one, in its group.
If there is none the end is counted, and the count takes what the last flush has sorted first. So
with a key rewritten an end may mean another interrupt, by right.
"""

from collections.abc import Sequence
from itertools import pairwise

from vgic.data import Kvm, VgicIrq, is_lpi
from vgic.judging.judge import sorted_by
from vgic.judging.ledger import Ledger
from vgic.judging.open_ones import OpenOnes

SORTED_BY = ("priority", "group")
"""What is written of an interrupt and decides where on its list it is."""


class RewrittenKeys:
    """Remembers by which keys handlers were opened, once anybody has written one."""

    def __init__(
        self, kvm: Kvm, ledger: Ledger, open_ones: OpenOnes, flushed_at: Sequence[int]
    ) -> None:
        """Begin before anybody has.

        Args:
            kvm: the VM.
            ledger: tells which keys were written, and when.
            open_ones: tell which handlers are open.
            flushed_at: for each vCPU, the step at which it began its last flush.
        """
        self._kvm = kvm
        self._ledger = ledger
        self._open = open_ones
        self._flushed_at = flushed_at
        # Few guests write a key, and until somebody does what an interrupt is is the answer.
        self._acknowledged_at: dict[VgicIrq, tuple[int, int]] | None = None

    def written(self) -> None:
        """A key is about to be written: from now on the interrupt itself tells nothing."""
        if self._acknowledged_at is None:
            self._acknowledged_at = {
                irq: self._key(vcpu, irq)
                for vcpu, handlers in enumerate(self._open.handlers)
                for irq in handlers
            }

    def acknowledge(self, vcpu: int, irq: VgicIrq) -> None:
        """A handler is opened."""
        if self._acknowledged_at is not None:
            self._acknowledged_at[irq] = self._key(vcpu, irq)

    def mean_another(self, vcpu: int, ended: VgicIrq) -> bool:
        """Tell whether the end of an interrupt may mean another, since a key was written."""
        if self._acknowledged_at is None or is_lpi(ended.intid):
            return False
        # The host knows nothing of an LPI that is being handled, and no end is counted for one.
        open_ones = [each for each in self._open.handlers[vcpu] if not is_lpi(each.intid)]
        ledger, handlers = self._ledger, [*open_ones, ended]
        if not any(ledger.is_prioritized_since(each, 0) for each in handlers):
            return False
        here = self._kvm.vcpus[vcpu]
        cpuif = here.cpuif
        if ended.on_lr:
            active = self._acknowledged_at[ended]
            found = [lr for lr in cpuif.lrs if lr.intid == ended.intid]
            vmcr = cpuif.vmcr
            return any(
                (lr.group, vmcr.group_priority(lr.group, lr.priority)) != active for lr in found
            )
        since = self._flushed_at[vcpu]
        outside = [sorted_by(here, each) for each in handlers if not each.on_lr]
        return any(ledger.is_prioritized_since(each, since) for each in handlers) or any(
            inner >= outer for outer, inner in pairwise(outside)
        )

    def _key(self, vcpu: int, irq: VgicIrq) -> tuple[int, int]:
        """Return the group and its part of the priority by which an interrupt was taken."""
        cpuif = self._kvm.vcpus[vcpu].cpuif
        taken = [lr for lr in cpuif.lrs if lr.active and lr.intid == irq.intid]
        group, priority = (
            (taken[0].group, taken[0].priority) if taken else (irq.group, irq.priority)
        )
        return group, cpuif.vmcr.group_priority(group, priority)
