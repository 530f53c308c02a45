# SPDX-License-Identifier: GPL-2.0-only
"""Fold, on the way out of the guest: what happened in the list registers, and beyond them.

Each list register goes back into its interrupt. Interrupts that the guest deactivated while they
were in none have only been counted; with EOImode 0 a guest ends its handlers in the reverse order
of acknowledgement, and the overflow is sorted by priority, so the count is taken off the active
entries of the overflow list from its front.
"""

from collections.abc import Iterator

from harness import ListHead, Node
from harness.engine import unnamed
from vgic.data import EDGE, FIRST_LPI, LEVEL, Vcpu, VgicIrq
from vgic.hardware import ListRegister
from vgic.kernel.table import Kernel


class Fold(Kernel):
    """vgic-v3.c: folding list registers and accounting EOIcount."""

    def vgic_v3_fold_lr(self, vcpu: Vcpu, lr: ListRegister) -> None:
        """Take one list register's state back into its interrupt.

        Models: vgic-v3.c, vgic_v3_fold_lr.
        Locking: called with interrupts off and no vGIC lock held; takes irq_lock.
        Differs: no GICv2 SGIs.
        """
        intid = lr.intid
        irq = self.kvm.get_vcpu_irq(vcpu, intid) if intid < FIRST_LPI else self.vgic_get_irq(intid)
        if irq is None:
            return
        irq.irq_lock.lock()
        was_active = irq.active
        self.fold_irq(irq, lr)
        self.scheduler.note("fold", str(lr), "on", vcpu)
        irq.irq_lock.unlock()
        self.hear_of_end(irq, lr, was_active)
        if intid >= FIRST_LPI:
            self.vgic_put_irq(irq)

    @unnamed
    def fold_irq(self, irq: VgicIrq, lr: ListRegister) -> None:
        """Make an interrupt what its list register says.

        Locking: called with irq.irq_lock held and interrupts off.

        Decision: what of a list register counts.
        """
        was_active, irq.active = irq.active, lr.active
        if lr.active and lr.intid >= FIRST_LPI and not self.keeps_lpi_active():
            irq.active = False
        self.fold_pending(irq, lr)
        if irq.config is LEVEL and not (lr.pending or lr.active) and self.latch_was_taken(irq):
            irq.pending_latch = False
        if irq.physical is not None:
            self.vgic_irq_handle_resampling(irq, lr, was_active)
        irq.on_lr = False

    def keeps_lpi_active(self) -> bool:
        """Say whether an LPI that its guest is handling stays active when that is left.

        It does not: its end is nothing to the host. An LPI that was ended in no list register is
        not counted, so nobody would ever take an active state away.

        Models: vgic-v3.c, vgic_v3_fold_lr, since 73c9726975af.
        Locking: called with irq.irq_lock held and interrupts off.

        Decision: whether LPIs are active outside list registers.
        """
        return False

    @unnamed
    def hear_of_end(self, irq: VgicIrq, lr: ListRegister, was_active: bool) -> None:
        """Go on from a fold if that was the end of a level.

        Locking: called with interrupts off and nothing held.

        Args:
            irq: the interrupt.
            lr: what has been folded into it.
            was_active: it was active before.

        Decision: what a fold is followed by.
        """
        if lr.eoi and not (lr.pending or lr.active) and self.hears_of_end(was_active):
            self.was_deactivated(irq)

    def hears_of_end(self, was_active: bool) -> bool:
        """Say whether the host hears of the end of a level whose list register is empty.

        It has been loaded, so its guest has taken and ended it, in one stay or in two: who is not
        notified keeps the line up, and the guest gets it over and over (docs/findings.md, F10).

        Models: vgic-v3.c, vgic_v3_fold_lr, which looks whether an earlier exit had found it active.
        Locking: called with interrupts off and nothing held.

        Args:
            was_active: an earlier exit has found it active.

        Decision: which ends the host hears of.
        """
        return True

    def was_deactivated(self, irq: VgicIrq) -> None:
        """Do what follows from the end of a level.

        Locking: called with interrupts off and nothing held: the notifier may inject.

        Decision: what that is, beside notifying who waits for it.
        """
        self.kvm_notify_acked_irq(irq)

    def kvm_notify_acked_irq(self, irq: VgicIrq) -> None:
        """Have a resampling irqfd lower its line, and raise it again if the device asks for more.

        Models: irqchip.c, kvm_notify_acked_irq; eventfd.c, irqfd_resampler_ack; and what is behind
            the eventfd, which unmasks the device's own interrupt.
        Locking: called with interrupts off and nothing held; takes what injecting takes, where the
            routes may be replaced in a read section of kvm->irq_srcu.
        """
        device, ioctls = irq.resampled, self.kvm.ioctls
        if device is None:
            return
        section = 0 if ioctls is None else ioctls.irq_srcu.read_lock()
        self._drive(irq, level=False)
        if device.lowered():
            self._drive(irq, level=True)
        if ioctls is not None:
            ioctls.irq_srcu.read_unlock(section)

    def _drive(self, irq: VgicIrq, *, level: bool) -> None:
        self.trace.driving(0, irq.intid, level)
        if self.kvm.ioctls is None:
            self.kvm_vgic_inject_irq(None, irq.intid, level)
        else:
            self.kvm_set_irq(None, irq.intid, level)
        self.trace.driven(0, irq.intid, level)

    def vgic_v3_fold_lr_state(self, vcpu: Vcpu) -> None:
        """Fold the used list registers, then account EOIcount.

        Models: vgic-v3.c, vgic_v3_fold_lr_state.
        Locking: called with interrupts off and no ap_list_lock: the candidates are walked without
            it; takes irq_locks. Between computing an entry's state and folding it nothing is held.
        """
        vgic_cpu = vcpu.vgic_cpu
        eoicount = self.eoicount_to_account(vcpu)
        for index in range(vgic_cpu.used_lrs):
            self.vgic_v3_fold_lr(vcpu, vgic_cpu.vgic_lr[index])
        candidates = self.eoicount_candidates(vcpu)
        for node in self.eoicount_walk(vcpu, candidates):
            if not eoicount:
                break
            eoicount -= self.account_eoi(vcpu, candidates.entry_of(node))
        vgic_cpu.used_lrs = 0

    def eoicount_walk(self, vcpu: Vcpu, candidates: ListHead[VgicIrq]) -> Iterator[Node[VgicIrq]]:
        """Yield the links of those who may have been ended outside the list registers.

        A link is read without a look at what it is of: once all is accounted nobody looks.

        Locking: called with interrupts off and no ap_list_lock.

        Decision: where on the list the walk begins and ends.
        """
        return candidates.nodes()

    @unnamed
    def account_eoi(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Take one off EOIcount for an entry, if it is active here; return whether it was.

        Its list register is replayed as if the guest had ended it there.

        Locking: called with interrupts off and no ap_list_lock; takes irq_lock, drops it, and
            takes it again to fold: in between nothing is held.

        Decision: what is done to an entry, and under which lock.
        """
        lr: ListRegister | None = None
        irq.irq_lock.lock()
        if self.vgic_target_oracle(irq) is vcpu and irq.active:
            lr = self.vgic_v3_compute_lr(vcpu, irq)
            lr.active = False
        irq.irq_lock.unlock()
        if lr is None:
            return False
        self.vgic_v3_deactivate_phys(lr)
        self.vgic_v3_fold_lr(vcpu, lr)
        return True

    def fold_pending(self, irq: VgicIrq, lr: ListRegister) -> None:
        """Take an edge that the guest has not acknowledged back out of its list register.

        Locking: called with irq.irq_lock held and interrupts off.

        Decision: whether the pending state survives the exit.
        """
        irq.irq_lock.assert_held()
        if irq.config is EDGE and lr.pending:
            irq.pending_latch = True

    def latch_was_taken(self, irq: VgicIrq) -> bool:
        """Say whether a level that its guest has ended is what software made pending.

        What software has pended since it was last loaded as pending has been in no list register,
        and is still to come: the guest was handling it, or had ended it and was not folded yet.

        Models: vgic-v3.c, vgic_v3_fold_lr, which takes it for taken (docs/findings.md, F3).
        Locking: called with irq.irq_lock held and interrupts off.

        Decision: whose pend the end of a level answers.
        """
        irq.irq_lock.assert_held()
        return not irq.pended_since_load

    def eoicount_to_account(self, vcpu: Vcpu) -> int:
        """Say how many active interrupts outside the list registers the guest has ended.

        Locking: called with interrupts off and nothing held, from the vCPU's own thread.

        Decision: how the saved EOIcount is read.
        """
        return vcpu.vgic_cpu.vgic_hcr.eoicount

    def eoicount_candidates(self, vcpu: Vcpu) -> ListHead[VgicIrq]:
        """Say on which list EOIcount's victims are: what found no list register, nobody else.

        Locking: called with interrupts off and no ap_list_lock, which the walk does without.

        Decision: where the walk starts.
        """
        return vcpu.vgic_cpu.overflow_ap_list_head
