# SPDX-License-Identifier: GPL-2.0-only
"""The order in which interrupts compete for list registers.

Nobody who changes an interrupt holds its list's lock. So its key is read once, before the sort, and
compared as it was then: runs that were sorted by one key and merged by another come out in an order
that is right by none, and EOIcount is accounted to the list in that order (docs/findings.md, F2).
"""

from collections.abc import Sequence
from functools import partial

from harness.engine import unnamed
from harness.primitives import list_sort
from vgic.data import Vcpu, VgicIrq, irq_is_pending
from vgic.kernel.table import Kernel


class Sort(Kernel):
    """vgic.c: vgic_irq_cmp and vgic_sort_ap_list."""

    def vgic_irq_cmp(self, vcpu: Vcpu, a: VgicIrq, b: VgicIrq) -> int:
        """Compare two entries: below 0 if `a` goes first, 0 if they keep their order.

        Deliverable here before not, enabled group before disabled, pending before active, then
        by priority (see sort_key); by the keys that were sampled for the sort under way, else as
        they are now.

        Models: vgic.c, vgic_irq_cmp, which has no sampled keys (docs/findings.md, F2).
        Locking: called with the ap_list_lock of their list held; without sampled keys it takes
            both irq_locks, the second nested. Nobody else takes two, and only the list's holder
            sorts it.
        Differs: equals keep their order, where the kernel puts one that is mapped first.
        """
        vcpu.vgic_cpu.ap_list_lock.assert_held()
        # A merge sort may compare an element with itself.
        if a is b:
            return 0
        if sampled := vcpu.vgic_cpu.sort_keys:
            first, second = sampled[a], sampled[b]
            return (first > second) - (first < second)
        a.irq_lock.lock()
        b.irq_lock.lock(subclass=1)
        first, second = self.sort_key(vcpu, a), self.sort_key(vcpu, b)
        b.irq_lock.unlock()
        a.irq_lock.unlock()
        return (first > second) - (first < second)

    def sort_key(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[bool | int, ...]:
        """Say how an interrupt competes for a list register: the smaller goes first.

        Locking: called with irq.irq_lock held.

        Decision: what counts, and in which order.
        """
        irq.irq_lock.assert_held()
        return (
            self.vgic_target_oracle(irq) is not vcpu,
            not vcpu.cpuif.vmcr.group_enabled[irq.group],
            not (irq.enabled and irq_is_pending(irq) and not irq.active),
            self.handler_priority(vcpu, irq) if irq.active else irq.priority,
        )

    def handler_priority(self, vcpu: Vcpu, irq: VgicIrq) -> int:
        """Say by what an active interrupt's handler nests in others: EOIcount goes by that order.

        It is the part of the priority that counts for preemption. Groups may have binary points of
        their own, so that a handler nests in one whose interrupt is the more urgent as a whole
        (docs/findings.md, F8).

        Models: vgic.c, vgic_irq_cmp, which goes by the whole priority.
        Locking: called with irq.irq_lock held.

        Decision: how much of an active interrupt's priority counts.
        """
        irq.irq_lock.assert_held()
        return vcpu.cpuif.vmcr.group_priority(irq.group, irq.priority)

    def vgic_sort_ap_list(self, vcpu: Vcpu) -> None:
        """Sort a vCPU's AP-list.

        Models: vgic.c, vgic_sort_ap_list.
        Locking: called with ap_list_lock held. Keys may change all the while.
        """
        vgic_cpu = vcpu.vgic_cpu
        vgic_cpu.ap_list_lock.assert_held()
        entries = list(vgic_cpu.ap_list_head.entries())
        vgic_cpu.sort_keys = self.sample_keys(vcpu, entries)
        ordered = list_sort(entries, partial(self.vgic_irq_cmp, vcpu))
        vgic_cpu.sort_keys = {}
        vgic_cpu.ap_list_head.reorder([irq.ap_list for irq in ordered])

    @unnamed
    def sample_keys(
        self, vcpu: Vcpu, irqs: Sequence[VgicIrq]
    ) -> dict[VgicIrq, tuple[bool | int, ...]]:
        """Read the key of each entry of a list, by which it is going to be sorted.

        Each may be stale when the next is read. Those of active interrupts are not: they are ended
        by the vCPU that sorts, and wait here wherever they are routed. So they keep the order of
        their handlers, whatever changes meanwhile; but for a write of their priority (quirk Q7).

        Locking: called with ap_list_lock held; takes each irq_lock in turn.

        Returns:
            The keys; none, if each comparison is to read them again.

        Decision: whether keys are read once or in each comparison.
        """
        vcpu.vgic_cpu.ap_list_lock.assert_held()
        keys = {}
        for irq in irqs:
            irq.irq_lock.lock()
            keys[irq] = self.sort_key(vcpu, irq)
            irq.irq_lock.unlock()
        return keys
