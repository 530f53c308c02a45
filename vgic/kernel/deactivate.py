# SPDX-License-Identifier: GPL-2.0-only
"""Deactivation apart from the end: a guest's write of DIR, where it is trapped.

With EOImode 1 an interrupt may be deactivated in any order, and a shared one by another vCPU than
acknowledged it. So a write is trapped wherever the hardware could not find what it means: it may be
in no list register, or in one of another CPU. What the vCPU's own list registers have active is
deactivated there, without leaving the guest. Anything else is done to the interrupt itself; if it
is in a list register somewhere, after the VM was halted, as an access to its active state is.
"""

from harness import local_irq_disable, local_irq_enable
from harness.engine import unnamed
from vgic.data import KVM_REQ_VGIC_PROCESS_UPDATE, Exit, RunsInGuestMode, Trap, Vcpu, VgicIrq
from vgic.hardware import ListRegister
from vgic.kernel.table import Kernel


class Deactivate(Kernel):
    """hyp/vgic-v3-sr.c and vgic-v3.c: DIR."""

    @unnamed
    def run_guest(self, vcpu: Vcpu, guest: RunsInGuestMode) -> Exit | Trap | None:
        """Run the guest until it exits for good: some of what it traps for is done without that.

        Models: hyp/switch.h, the loop around fixup_guest_exit.
        Locking: called with interrupts off and nothing held.
        Differs: what has been asked for meanwhile comes as late as after an entry.
        """
        while True:
            left = guest.run_guest()
            if left is None or left is Trap.WFI or not left.asks.deactivates:
                return left
            if not self.vgic_v3_write_dir(vcpu, left.intid):
                return left
            self.trace.deactivated(vcpu.vcpu_id, left.intid)

    def vgic_v3_write_dir(self, vcpu: Vcpu, intid: int) -> bool:
        """Deactivate what the vCPU's own list registers have active; return whether that is all.

        Models: hyp/vgic-v3-sr.c, __vgic_v3_write_dir.
        Locking: called with interrupts off and nothing held, with the guest's registers loaded.
        """
        if not vcpu.cpuif.vmcr.eoi_drops_only:
            return True
        if not vcpu.cpuif.deactivate_in_lr(intid):
            return False
        self.scheduler.note("deactivate", intid, "in a list register of", vcpu)
        return True

    def vgic_v3_deactivate(self, vcpu: Vcpu, intid: int) -> None:
        """Deactivate an interrupt for a guest, wherever it is.

        Models: vgic-v3.c, vgic_v3_deactivate.
        Locking: called with nothing held, interrupts on, from the thread of the vCPU that writes;
            takes irq_lock, and what a write of ICACTIVER takes.
        Differs: no GICv2 SGIs.

        Args:
            vcpu: the vCPU whose guest writes.
            intid: the interrupt; a private one is the vCPU's own.
        """
        if not vcpu.cpuif.vmcr.eoi_drops_only:
            return
        irq = self.kvm.get_vcpu_irq(vcpu, intid)
        if irq is None:
            return
        local_irq_disable(self.scheduler)
        target, is_loaded = self.deactivate_unless_loaded(vcpu, irq)
        local_irq_enable(self.scheduler)
        if is_loaded:
            self.deactivate_loaded(vcpu, irq)
        if target is not None:
            self.kvm_make_request(KVM_REQ_VGIC_PROCESS_UPDATE, target)
            self.announce_deactivated(irq, target)

    @unnamed
    def announce_deactivated(self, irq: VgicIrq, target: Vcpu) -> None:
        """Tell the vCPU whose list an interrupt is on that this has been deactivated.

        It may be pending as well, and its vCPU asleep, or in its guest with all list registers
        full of others: nobody has told it of what could not be delivered until now.

        Models: vgic-v3.c, vgic_v3_deactivate, which leaves a request, and makes nobody look for it
            (docs/findings.md, F12).
        Locking: called with nothing held, interrupts on; takes irq_lock.

        Decision: what makes the vCPU look.
        """
        irqs_were_off = irq.irq_lock.lock_irqsave()
        is_wanted = self.vgic_target_oracle(irq) is not None
        irq.irq_lock.unlock_irqrestore(irqs_were_off)
        if is_wanted:
            self.kvm_vcpu_kick(target)

    @unnamed
    def deactivate_unless_loaded(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[Vcpu | None, bool]:
        """Deactivate an interrupt that is on a list and in no list register.

        The look and the change are one: a vCPU that loads it in between would put its active state
        into a list register, and its next fold would bring that back.

        Models: vgic-v3.c, vgic_v3_deactivate, which lets the lock go in between (docs/findings.md,
            F4).
        Locking: called with interrupts off and nothing held; takes irq_lock.

        Returns:
            On whose list it is, None if on none; and whether it is in a list register, so that
            nothing was changed.

        Decision: under which lock it is changed.
        """
        lr: ListRegister | None = None
        irq.irq_lock.lock()
        target, is_loaded, was_active = self.deactivation_target(irq), irq.on_lr, irq.active
        if target is not None and not is_loaded:
            lr = self.vgic_v3_compute_lr(vcpu, irq)
            lr.active = False
            if was_active:
                self.vgic_v3_deactivate_phys(lr)
            self.fold_irq(irq, lr)
        irq.irq_lock.unlock()
        if lr is not None and was_active:
            self.hear_of_end(irq, lr, was_active)
        return target, target is not None and is_loaded

    def deactivation_target(self, irq: VgicIrq) -> Vcpu | None:
        """Say on whose list an interrupt is that a guest deactivates; None if there is no more to.

        Locking: called with irq.irq_lock held.

        Decision: whose it is.
        """
        irq.irq_lock.assert_held()
        return irq.vcpu

    @unnamed
    def deactivate_loaded(self, vcpu: Vcpu, irq: VgicIrq) -> None:
        """Deactivate what may be in a list register of a vCPU that runs: halt the VM for it.

        All is folded then, so that it is ended like anything that is in no list register.

        Models: vgic-v3.c, vgic_v3_deactivate, which writes ICACTIVER instead: what software pended
            before the guest took it stays pending then (docs/findings.md, F7).
        Locking: called with nothing held, interrupts on; takes the config_lock, then irq_lock.

        Decision: which interrupt that is, and what is done to it.
        """
        with self.kvm.config_lock:
            self.halt()
            local_irq_disable(self.scheduler)
            self.deactivate_unless_loaded(vcpu, irq)
            local_irq_enable(self.scheduler)
            self.resume()
