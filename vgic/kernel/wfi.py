# SPDX-License-Identifier: GPL-2.0-only
"""A guest waits for an interrupt: its vCPU is put, sleeps until there is one, and is loaded again.

Whether there is one is read off the AP-list, as it is in memory. So a vCPU that blocks has nothing
in its list registers and nothing on its overflow list: both are over with the sync before.
"""

from itertools import chain

from harness import ListHead
from harness.engine import unnamed
from vgic.data import TIF_SIGPENDING, Vcpu, VgicIrq, irq_is_pending
from vgic.kernel.table import Kernel


class Wfi(Kernel):
    """handle_exit.c, kvm_main.c and vgic.c: a vCPU that blocks."""

    def kvm_vcpu_wfi(self, vcpu: Vcpu) -> None:
        """Have a vCPU sleep until there is something for it, and give its CPU away meanwhile.

        Models: arm.c, kvm_vcpu_wfi.
        Locking: called with nothing held, interrupts on.
        Differs: the vCPU is put and loaded also where it need not sleep.
        """
        self.vcpu_put(vcpu)
        self.kvm_vcpu_block(vcpu)
        self.vcpu_load(vcpu)

    def kvm_vcpu_block(self, vcpu: Vcpu) -> None:
        """Sleep until there is something to do; stand in the queue before each look.

        Models: kvm_main.c, kvm_vcpu_block.
        Locking: called with nothing held, interrupts on.
        Differs: nobody polls before he sleeps.
        """
        vcpu.wait.wait_event(lambda: self.kvm_vcpu_check_block(vcpu), idle=True)

    def kvm_vcpu_check_block(self, vcpu: Vcpu) -> bool:
        """Tell whether a vCPU is not to sleep: the guest can go on, or user space wants it.

        Models: kvm_main.c, kvm_vcpu_check_block.
        Locking: called with nothing held, interrupts on.
        Differs: there is no timer of the guest that could have fired.
        """
        has_signal = vcpu.work.glance() and bool(vcpu.work.bits & 1 << TIF_SIGPENDING)
        return has_signal or self.kvm_arch_vcpu_runnable(vcpu)

    def kvm_arch_vcpu_runnable(self, vcpu: Vcpu) -> bool:
        """Tell whether there is something for the guest.

        Models: arm.c, kvm_arch_vcpu_runnable.
        Locking: called with nothing held, interrupts on.
        Differs: no vCPU is powered off.
        """
        return not vcpu.pause.read() and self.kvm_vgic_vcpu_pending_irq(vcpu)

    def kvm_vgic_vcpu_pending_irq(self, vcpu: Vcpu) -> bool:
        """Tell whether an interrupt on the AP-list wants the guest, wherever it is routed to.

        Models: vgic.c, kvm_vgic_vcpu_pending_irq.
        Locking: called with nothing held, from any context; takes ap_list_lock, and each irq_lock
            in turn.
        Differs: no LPIs that the hardware has pending.
        """
        vgic_cpu = vcpu.vgic_cpu
        return self.kvm.dist.forwards() and self.has_pending_below(
            vcpu, vgic_cpu.vgic_pmr, vgic_cpu.ap_list_head
        )

    @unnamed
    def has_pending_below(self, vcpu: Vcpu, mask: int, *lists: ListHead[VgicIrq]) -> bool:
        """Tell whether something is pending on some of a vCPU's lists that a mask lets in.

        Models: vgic.c, the loop of kvm_vgic_vcpu_pending_irq.
        Locking: called with nothing held, from any context; takes ap_list_lock, and each irq_lock
            in turn.
        """
        ap_list_lock = vcpu.vgic_cpu.ap_list_lock
        irqs_were_off = ap_list_lock.lock_irqsave()
        pending = False
        for irq in chain.from_iterable(each.entries() for each in lists):
            irq.irq_lock.lock()
            pending = irq_is_pending(irq) and irq.enabled and not irq.active and irq.priority < mask
            irq.irq_lock.unlock()
            if pending:
                break
        ap_list_lock.unlock_irqrestore(irqs_were_off)
        return pending
