# SPDX-License-Identifier: GPL-2.0-only
"""Flush, on the way into the guest: fill the list registers, put the overflow aside.

The best of the AP-list go into the list registers. What finds none is moved to the overflow list
for as long as the guest runs: those are the interrupts that EOIcount can mean on the way out.
"""

from harness.engine import unnamed
from vgic.data import Vcpu, VgicIrq, irq_is_pending
from vgic.kernel.summary import ApListSummary
from vgic.kernel.table import Kernel


class Flush(Kernel):
    """vgic.c: the way into the guest."""

    def summarize_ap_list(self, vcpu: Vcpu) -> ApListSummary:
        """Count the entries that can be delivered here.

        Models: vgic.c, summarize_ap_list.
        Locking: called with ap_list_lock held; takes each irq_lock in turn, so the sum may be
            stale by the time it is used.
        """
        vgic_cpu = vcpu.vgic_cpu
        vgic_cpu.ap_list_lock.assert_held()
        summary = ApListSummary(0, 0, self.kvm.nr_lr)
        for irq in vgic_cpu.ap_list_head.entries():
            self.summarize_irq(vcpu, irq, summary)
        return summary

    @unnamed
    def summarize_irq(self, vcpu: Vcpu, irq: VgicIrq, summary: ApListSummary) -> None:
        """Count one entry, if it can be delivered here.

        Locking: called with ap_list_lock held; takes irq_lock.

        Decision: what counts.
        """
        irq.irq_lock.lock()
        if self.vgic_target_oracle(irq) is vcpu:
            if irq.active:
                summary.nr_act += 1
            elif irq_is_pending(irq):
                summary.nr_pend += 1
                if not vcpu.cpuif.vmcr.group_enabled[irq.group]:
                    summary.nr_disabled += self.sets_aside_disabled()
        irq.irq_lock.unlock()

    def sets_aside_disabled(self) -> bool:
        """Say whether what the guest's disabled group keeps from it is told apart.

        A vCPU that is made to come back when no list register is pending comes back at once, over
        and over, if all are active and what is pending outside is not let in. It is made to come
        back when the group is enabled, so it need not for that (docs/findings.md, F6).

        Models: vgic.c, summarize_ap_list, which does not look at groups.
        Locking: called with ap_list_lock and irq_lock held.

        Decision: whether a disabled group counts for the maintenance interrupts.
        """
        return True

    def vgic_flush_lr_state(self, vcpu: Vcpu) -> None:
        """Fill the list registers from the AP-list and put the rest aside.

        Models: vgic.c, vgic_flush_lr_state.
        Locking: called with ap_list_lock held and interrupts off; takes each irq_lock in turn.
        """
        vgic_cpu = vcpu.vgic_cpu
        vgic_cpu.ap_list_lock.assert_held()
        summary = self.summarize_ap_list(vcpu)
        if self.needs_sort(vcpu, summary):
            self.vgic_sort_ap_list(vcpu)
        nr_lr = self.kvm.nr_lr
        count = 0
        last: VgicIrq | None = None
        for irq in vgic_cpu.ap_list_head.entries():
            if self.load_irq(vcpu, irq, count):
                count += 1
                last = irq
                self.remember_last_lr(vcpu, irq, count)
                if count == nr_lr:
                    break
        for lr in range(count, nr_lr):
            self.vgic_v3_clear_lr(vcpu, lr)
        vgic_cpu.used_lrs = count
        # There is an overflow unless nothing at all went in, or everything did.
        overflows = last is not None and not vgic_cpu.ap_list_head.is_last(last.ap_list)
        summary.ran_out = overflows and count == nr_lr and self.overflow_counts()
        self.vgic_v3_configure_hcr(vcpu, summary)
        vgic_cpu.overflow_ap_list_head.init()
        if last is not None and overflows:
            self.split_ap_list(vcpu, last)

    def kvm_vgic_flush_hwstate(self, vcpu: Vcpu) -> None:
        """Prepare the vGIC for entering the guest.

        Models: vgic.c, kvm_vgic_flush_hwstate.
        Locking: called with nothing held and interrupts off; takes ap_list_lock.
        """
        ap_list_lock = vcpu.vgic_cpu.ap_list_lock
        ap_list_lock.lock()
        self.vgic_flush_lr_state(vcpu)
        ap_list_lock.unlock()
        self.vgic_v3_restore_state(vcpu)

    def needs_sort(self, vcpu: Vcpu, summary: ApListSummary) -> bool:
        """Say whether the list has to be sorted before list registers are filled from it.

        It has if anything may be outside. Whatever the walk finds deliverable, foreseen by the
        summary or not, is on the list already: nothing joins it while its lock is held. So a list
        that is no longer than there are list registers leaves nothing outside, and what any other
        leaves there is in order for EOIcount (docs/findings.md, F1). The summary has nothing to
        add: it counts entries of the list, so more than there are registers are a longer list.

        Models: vgic.c, vgic_flush_lr_state, where the summary alone decides.
        Locking: called with ap_list_lock held.

        Decision: when what stands first has to be the best.
        """
        return vcpu.vgic_cpu.ap_list_head.is_longer_than(self.kvm.nr_lr)

    @unnamed
    def load_irq(self, vcpu: Vcpu, irq: VgicIrq, lr: int) -> bool:
        """Put one entry into a list register, if it takes one; return whether it does.

        Locking: called with ap_list_lock held; takes irq_lock.

        Decision: what is done to an entry in one go.
        """
        irq.irq_lock.lock()
        loads = self.takes_lr(vcpu, irq)
        if loads:
            self.vgic_v3_populate_lr(vcpu, irq, lr)
        irq.irq_lock.unlock()
        return loads

    def remember_last_lr(self, vcpu: Vcpu, irq: VgicIrq, count: int) -> None:
        """Remember which interrupt was the last to get a list register, if that is wanted.

        Locking: called with ap_list_lock held.

        Args:
            vcpu: the vCPU.
            irq: the interrupt that has just got one.
            count: how many have one now.

        Decision: where the accounting of EOIcount begins, in generations with a single list.
        """

    def takes_lr(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Say whether an interrupt is put into the next list register.

        Locking: called with irq.irq_lock held.

        Decision: which entries are passed over.
        """
        irq.irq_lock.assert_held()
        return self.vgic_target_oracle(irq) is vcpu

    def split_ap_list(self, vcpu: Vcpu, last: VgicIrq) -> None:
        """Move what comes after the last entry in a list register to the overflow list.

        Models: the end of vgic_flush_lr_state in "Add AP-list overflow split/splice" (November
            2025, 25/33), with the overflow list taking the AP-list's place in the ring, so that
            its tail points at its own head.
        Locking: called with ap_list_lock held.

        Decision: how the list is split, if at all.
        """
        vcpu.vgic_cpu.ap_list_lock.assert_held()
        ap_list = vcpu.vgic_cpu.ap_list_head
        overflow = vcpu.vgic_cpu.overflow_ap_list_head
        overflow.replace(ap_list)
        ap_list.init()
        ap_list.cut_position(overflow, last.ap_list)
        self.scheduler.note("split", vcpu, "after", last.name)

    def overflow_counts(self) -> bool:
        """Say whether the vCPU is made to come back where the walk ran out of list registers.

        The summary may not have foreseen it: an interrupt that was routed elsewhere when it was
        summed up may be routed back before the walk comes to it, and nobody kicks for that.

        Models: up to 6.18 vgic_flush_lr_state set UIE itself at this place; since then only the
            summary counts (docs/findings.md, F1).
        Locking: called with ap_list_lock held.

        Decision: whether the walk's outcome counts, or the summary's alone.
        """
        return True
