# SPDX-License-Identifier: GPL-2.0-only
"""Prune, last on the way out: what has become idle leaves the AP-list, the rest goes home.

An interrupt that was rerouted has to be moved to another vCPU's list. That takes both lists'
locks, and they nest in the order of the vCPUs, so the own one is dropped first. In that window
anything may happen, to the interrupt and to the list: look again, and start again from the head.
"""

from typing import NoReturn

from harness import Failure, local_irq_disable, local_irq_enable
from harness.engine import unnamed
from vgic.data import Vcpu, VgicIrq
from vgic.kernel.table import Kernel


class Prune(Kernel):
    """vgic.c: vgic_prune_ap_list and kvm_vgic_sync_hwstate."""

    def vgic_prune_ap_list(self, vcpu: Vcpu) -> None:
        """Put the overflow back, take idle interrupts off the list, move rerouted ones.

        Models: vgic.c, vgic_prune_ap_list.
        Locking: called with interrupts off and nothing held; takes ap_list_lock, then each
            irq_lock in turn; to move an interrupt two ap_list_locks, then its irq_lock. An LPI that
            has died by it is released at the end, when nothing is held.
        """
        while (moving := self._prune_own_list(vcpu)) is not None:
            # Nothing is held here: the interrupt may be disabled, acknowledged or rerouted again.
            irq, target = moving
            moved = self.migrate_irq(vcpu, irq, target)
            self.trace.prune_restarted(vcpu.vcpu_id, moved)
            if vcpu.vgic_cpu.holds_moving:
                vcpu.vgic_cpu.holds_moving = False
                vcpu.vgic_cpu.lpi_died |= self.vgic_put_irq_norelease(irq)
        if vcpu.vgic_cpu.lpi_died:
            vcpu.vgic_cpu.lpi_died = False
            self.vgic_release_deleted_lpis()

    def _prune_own_list(self, vcpu: Vcpu) -> tuple[VgicIrq, Vcpu] | None:
        """Prune up to the first interrupt that belongs elsewhere; return it and its target."""
        vgic_cpu = vcpu.vgic_cpu
        moving: tuple[VgicIrq, Vcpu] | None = None
        vgic_cpu.ap_list_lock.lock()
        self.replug_overflow(vcpu)
        for irq in vgic_cpu.ap_list_head.entries_safe():
            target = self.prune_irq(vcpu, irq)
            if target is vcpu:
                continue
            if target is None:
                if irq.refcount is not None:
                    vgic_cpu.lpi_died |= self.put_listed(irq)
                continue
            moving = irq, target
            if irq.refcount is not None and self.holds_while_moving():
                self.vgic_get_irq_ref(irq)
                vgic_cpu.holds_moving = True
            break
        vgic_cpu.ap_list_lock.unlock()
        return moving

    @unnamed
    def prune_irq(self, vcpu: Vcpu, irq: VgicIrq) -> Vcpu | None:
        """Take one entry off the list if it belongs nowhere; return where it belongs.

        Locking: called with ap_list_lock held; takes irq_lock.

        Decision: what is done to an entry in one go.
        """
        irq.irq_lock.lock()
        if irq.vcpu is not vcpu:
            self._bug(vcpu, irq)
        target = self.prune_target(irq)
        if target is None:
            vcpu.vgic_cpu.ap_list_head.delete(irq.ap_list)
            irq.vcpu = None
            self.scheduler.note("prune", irq.name, "off", vcpu)
            self.trace.pruned(vcpu.vcpu_id, irq.intid)
        irq.irq_lock.unlock()
        return target

    def _bug(self, vcpu: Vcpu, irq: VgicIrq) -> NoReturn:
        """Stop where the kernel has its BUG_ON: every entry of a vCPU's list says so."""
        self.scheduler.fail(
            Failure(
                kind="kernel BUG",
                message=f"{irq} is on the list of {vcpu} but says {irq.vcpu or 'none'}",
                functions=("vgic_prune_ap_list",),
            )
        )

    @unnamed
    def migrate_irq(self, vcpu: Vcpu, irq: VgicIrq, target: Vcpu) -> bool:
        """Move an interrupt to another vCPU's list if it still belongs there.

        Locking: called with interrupts off and nothing held; takes two ap_list_locks and irq_lock.

        Returns:
            Whether it was moved.

        Decision: how the window is closed in which nothing was held.
        """
        first, second = self.migration_lock_order(vcpu, target)
        first.vgic_cpu.ap_list_lock.lock()
        second.vgic_cpu.ap_list_lock.lock(subclass=1)
        irq.irq_lock.lock()
        moving = self.still_to_migrate(irq, vcpu, target)
        if moving:
            vcpu.vgic_cpu.ap_list_head.delete(irq.ap_list)
            irq.vcpu = target
            target.vgic_cpu.ap_list_head.add_tail(irq.ap_list)
            self.scheduler.note("migrate", irq.name, "from", vcpu, "to", target)
        irq.irq_lock.unlock()
        second.vgic_cpu.ap_list_lock.unlock()
        first.vgic_cpu.ap_list_lock.unlock()
        if moving:
            self.trace.migrated(vcpu.vcpu_id, target.vcpu_id, irq.intid)
            self.announce_migration(target)
        return moving

    def kvm_vgic_process_async_update(self, vcpu: Vcpu) -> None:
        """Prune the list outside the run loop, since somebody has asked for that.

        Models: vgic.c, kvm_vgic_process_async_update.
        Locking: called with nothing held, interrupts on; turns them off to prune.
        """
        local_irq_disable(self.scheduler)
        self.vgic_prune_ap_list(vcpu)
        local_irq_enable(self.scheduler)

    def kvm_vgic_sync_hwstate(self, vcpu: Vcpu) -> None:
        """Take the vGIC's state back from the guest, after every flush.

        Models: vgic.c, kvm_vgic_sync_hwstate.
        Locking: called with interrupts off and nothing held.
        """
        self.vgic_v3_save_state(vcpu)
        self.vgic_v3_fold_lr_state(vcpu)
        self.vgic_prune_ap_list(vcpu)

    def replug_overflow(self, vcpu: Vcpu) -> None:
        """Put back what was put aside, at the end of the AP-list.

        Models: the start of vgic_prune_ap_list in "Add AP-list overflow split/splice".
        Locking: called with ap_list_lock held, on each try.

        Decision: whether and where the overflow goes back.
        """
        vcpu.vgic_cpu.ap_list_lock.assert_held()
        overflow = vcpu.vgic_cpu.overflow_ap_list_head
        if not overflow.empty:
            vcpu.vgic_cpu.ap_list_head.splice_tail_init(overflow)
            self.scheduler.note("splice", vcpu)

    def prune_target(self, irq: VgicIrq) -> Vcpu | None:
        """Say on whose list an interrupt on the AP-list belongs; None takes it off.

        Locking: called with irq.irq_lock and its list's ap_list_lock held.

        Decision: what counts as idle, and as being elsewhere.
        """
        irq.irq_lock.assert_held()
        return self.vgic_target_oracle(irq)

    def migration_lock_order(self, vcpu: Vcpu, target: Vcpu) -> tuple[Vcpu, Vcpu]:
        """Say whose ap_list_lock to take first when two are needed: the lower vCPU's.

        Locking: called with interrupts off and nothing held.

        Decision: the order.
        """
        return (vcpu, target) if vcpu.vcpu_id < target.vcpu_id else (target, vcpu)

    def still_to_migrate(self, irq: VgicIrq, vcpu: Vcpu, target: Vcpu) -> bool:
        """Look again, with the locks held, whether an interrupt is to be moved.

        Locking: called with vcpu's ap_list_lock and irq.irq_lock held; who adds it to target's
            list holds that one's ap_list_lock as well.

        Decision: what is looked at again.
        """
        vcpu.vgic_cpu.ap_list_lock.assert_held()
        irq.irq_lock.assert_held()
        return irq.vcpu is vcpu and self.vgic_target_oracle(irq) is target

    def announce_migration(self, target: Vcpu) -> None:
        """Tell the vCPU that was given an interrupt.

        Locking: called with nothing held.

        Decision: whether it is told.
        """
        self.announce_pending(target)
