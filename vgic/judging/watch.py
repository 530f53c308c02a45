# SPDX-License-Identifier: GPL-2.0-only
"""What looks on: calls each invariant at the moment at which it must hold.

An invariant over what a lock guards is checked when that lock is let go, before the next
scheduling point; one about a vCPU's own state is checked in its own thread; loss and missed kicks
are judged when everybody is idle. The invariants themselves are in invariants/. Here too are the
windows: situations that an execution came through, by which a campaign knows it was not vacuous.
"""

from functools import partial

from vgic.data import (
    EDGE,
    ENABLE,
    LEVEL,
    PEND,
    QUIESCE,
    ROUTE,
    SGI,
    UNPEND,
    Access,
    Kvm,
    Vcpu,
    VgicIrq,
)
from vgic.judging import invariants
from vgic.judging.ledger import Ledger
from vgic.judging.view import View


class Watch:
    """Looks on at one VM.

    Attributes:
        windows: the names of the windows crossed so far.
    """

    def __init__(self, kvm: Kvm, *, honest: bool = True) -> None:
        """Begin to look on.

        Args:
            kvm: the VM, with all of its interrupts.
            honest: each guest ends what it acknowledged, once and in order. Of others only
                memory, lists, locks and termination are judged: what they lose, they lose by
                right.
        """
        self._kvm = kvm
        self._honest = honest
        self._views = [View(kvm, vcpu) for vcpu in kvm.vcpus]
        self._ledger = Ledger()
        self.windows: set[str] = set()
        for vcpu, view in zip(kvm.vcpus, self._views, strict=True):
            vgic_cpu = vcpu.vgic_cpu
            vgic_cpu.ap_list_lock.on_unlock = view.lists_unlocked
            vgic_cpu.ap_list_head.on_add = partial(self._added, vcpu)
            vgic_cpu.overflow_ap_list_head.on_add = partial(self._added, vcpu)
        for irq in kvm.irqs:
            irq.irq_lock.on_unlock = partial(invariants.says_where_it_is, kvm, irq)

    def crossed(self, window: str) -> None:
        """Note that the execution came through a window."""
        self.windows.add(window)

    def has_stack(self, vcpu: Vcpu, stack: list[int]) -> None:
        """Learn where the guest on a vCPU keeps what it has acknowledged and not ended."""
        self._views[vcpu.vcpu_id].stack = stack

    # From devices and from guests' accesses.

    def sending(self, irq: VgicIrq, *, level: bool) -> None:
        """A device is about to change an interrupt's line."""
        self._ledger.begin(irq, sends=level)
        self._ledger.drive(irq)

    def sent(self, irq: VgicIrq, *, level: bool) -> None:
        """It has done so."""
        self._driven(irq, level)
        self._ledger.end(irq, self._kvm.scheduler.steps)

    def _driven(self, irq: VgicIrq, level: bool) -> None:
        alone = self._ledger.driven(irq, level)
        if alone and self._honest and irq.config is LEVEL:
            invariants.line_is_as_driven(self._kvm, irq, level)

    def accessing(self, vcpu: Vcpu, access: Access) -> None:
        """A guest's access is about to be emulated."""
        whose = self._kvm.vcpus[access.value] if access.kind == SGI else vcpu
        view = self._views[vcpu.vcpu_id]
        view.accessing = irq = self._kvm.get_vcpu_irq(whose, access.intid)
        if irq is not None:
            kind = access.kind
            if kind == UNPEND:
                self._ledger.forgive(irq)
            pends = kind in (PEND, SGI)
            self._ledger.begin(irq, sends=pends, announces=pends or kind == ENABLE, pends=pends)
            if kind == QUIESCE:
                self._ledger.drive(irq)
            view.old_target, view.access_began = irq.target_vcpu, self._kvm.scheduler.steps
            view.access_alone = self._ledger[irq].busy == 1
            # A copy in another vCPU's list register may come back at any time (quirk Q2).
            view.may_return = irq.config is EDGE and irq.vcpu not in (None, vcpu)

    def accessed(self, vcpu: Vcpu, access: Access) -> None:
        """It has been."""
        view = self._views[vcpu.vcpu_id]
        irq = view.accessing
        if irq is not None:
            kind, step = access.kind, self._kvm.scheduler.steps
            alone = view.access_alone and self._ledger.is_alone_since(irq, view.access_began)
            if kind == UNPEND:
                self._ledger.forgive(irq)
                if alone:
                    self._ledger.unpended(irq)
            elif kind == ROUTE:
                self._ledger.routed(irq, view.old_target, view.access_began, step)
            elif kind == PEND:
                self._ledger.pended(irq)
            elif kind == QUIESCE:
                self._driven(irq, False)
            if alone and self._honest and not (kind == UNPEND and view.may_return):
                invariants.write_took_effect(self._kvm, irq, access)
            self._ledger.end(irq, step)

    def acknowledged(self, vcpu: Vcpu, intid: int, depth: int) -> None:
        """A guest has acknowledged an interrupt and now has so many handlers open."""
        irq = self._kvm.get_vcpu_irq(vcpu, intid)
        if irq is None or not self._honest:
            return
        account = self._ledger.acknowledge(irq)
        invariants.acknowledged_by_right(
            self._kvm,
            irq,
            sent=account.sent,
            acknowledged=account.acknowledged,
            raised=account.raised,
        )
        invariants.priorities_nest(self._kvm, vcpu, depth)

    def ended(self, vcpu: Vcpu, intid: int, depth: int) -> None:
        """A guest has ended an interrupt and now has so many handlers open."""
        irq = self._kvm.get_vcpu_irq(vcpu, intid)
        if irq is not None and self._honest:
            self._ledger.deactivate(irq)
            invariants.priorities_nest(self._kvm, vcpu, depth)

    # From the run loop, in the vCPU's own thread.

    def flushing(self, vcpu: Vcpu) -> None:
        """The vCPU is about to flush."""
        invariants.overflow_is_empty(self._kvm, vcpu)
        view = self._views[vcpu.vcpu_id]
        view.in_window = True
        view.flushed_at = self._kvm.scheduler.steps

    def entering(self, vcpu: Vcpu) -> None:
        """The vCPU goes into the guest."""
        view = self._views[vcpu.vcpu_id]
        view.in_guest = True
        view.entered_at = self._kvm.scheduler.ops
        view.overflowed = self._flushed(vcpu, view)
        if view.overflowed:
            self.windows.add("overflow")

    def aborted(self, vcpu: Vcpu) -> None:
        """The vCPU found a request after its flush and does not go in."""
        self.windows.add("aborted_entry")
        view = self._views[vcpu.vcpu_id]
        view.left_at = self._kvm.scheduler.steps
        if self._flushed(vcpu, view):
            self.windows.add("aborted_entry_with_overflow")
        view.came_to_nothing()

    def _flushed(self, vcpu: Vcpu, view: View) -> bool:
        """Judge the flush; tell whether something found no list register."""
        kvm = self._kvm
        outside = invariants.used_lrs_agree(kvm, vcpu)
        if not vcpu.vgic_cpu.overflow_ap_list_head.empty:
            self.windows.add("split")
        if not self._honest:
            return outside
        if vcpu.vgic_cpu.used_lrs:
            invariants.loaded_by_right(kvm, vcpu, view.flushed_at, self._ledger)
        hcr = vcpu.cpuif.hcr
        if outside or hcr.uie or hcr.npie:
            changed = self._ledger.changed_since(view.flushed_at)
            # A key that changes in the middle of a sort can leave any two others out of order.
            if any(irq.vcpu is vcpu for irq in changed):
                invariants.nobody_starves(kvm, vcpu, view.left_out)
                return outside
            if outside:
                invariants.best_are_loaded(kvm, vcpu, view.arrivals)
            invariants.guest_gets_to_act(kvm, vcpu)
        if view.left_out:
            view.left_out.clear()
        return outside

    def exited(self, vcpu: Vcpu) -> None:
        """The vCPU has left the guest and is about to sync."""
        view = self._views[vcpu.vcpu_id]
        view.in_guest = False
        view.left_at = self._kvm.scheduler.steps
        if self._kvm.scheduler.ops == view.entered_at:
            view.came_to_nothing()
        elif view.barren:
            view.barren = 0
        eoicount = vcpu.cpuif.hcr.eoicount
        if eoicount:
            self.windows.add("eoicount")
            if eoicount > 1:
                self.windows.add("eoicount_of_two")
            if self._honest:
                invariants.eoicount_is_plausible(self._kvm, vcpu)
            view.active_outside = [
                irq for irq in self._kvm.irqs if irq.vcpu is vcpu and irq.active and not irq.on_lr
            ]

    def retried(self, vcpu: Vcpu, *, moved: bool) -> None:
        """Prune starts again from the head: it has moved an interrupt, or found a change."""
        view = self._views[vcpu.vcpu_id]
        view.retries += 1
        view.in_vain = 0 if moved else view.in_vain + 1
        self.windows.add("migration" if moved else "prune_recheck")
        if view.retries > 1:
            self.windows.add("two_prune_retries")
        invariants.prune_ends(self._kvm, vcpu, view.in_vain)

    def synced(self, vcpu: Vcpu) -> None:
        """The vCPU has folded and pruned."""
        kvm, view = self._kvm, self._views[vcpu.vcpu_id]
        invariants.overflow_is_empty(kvm, vcpu)
        irqs = invariants.listed(kvm, vcpu)
        if irqs or vcpu.vgic_cpu.used_lrs:
            invariants.no_lr_in_use(kvm, vcpu, irqs)
        if self._honest:
            if view.active_outside:
                invariants.arrivals_keep_active_state(kvm, view.active_outside, view.arrivals)
            if irqs:
                invariants.nothing_is_left_behind(kvm, vcpu, irqs, view.left_at, self._ledger)
            if irqs or view.stack:
                invariants.active_is_acknowledged(kvm, vcpu, irqs, view.stack)
                invariants.active_is_listed(kvm, vcpu, view.stack)
        view.synced()

    # From the lists and their lock.

    def _added(self, vcpu: Vcpu, irq: VgicIrq) -> None:
        if irq.vcpu is vcpu and self._kvm.scheduler.current.role == vcpu.role:
            return  # the vCPU itself moves it from one of its lists to the other
        invariants.added_where_it_belongs(self._kvm, vcpu, irq)
        self._ledger.listed(irq, self._kvm.scheduler.steps)
        view = self._views[vcpu.vcpu_id]
        if view.in_window:
            view.arrivals.add(irq)
            if irq in view.active_outside:
                # It was on a list when the guest was left. Whoever is queued again after that has
                # been taken off it as idle: its end was folded before it arrived.
                view.active_outside.remove(irq)
            if view.in_guest and view.overflowed:
                self.windows.add("arrival_with_overflow")
            if view.in_guest and vcpu.cpuif.hcr.eoicount:
                self.windows.add("arrival_with_eoicount")

    # From the drain, when everybody is idle.

    def quiet(self) -> None:
        """Everybody idles and nothing has forced an exit: missed kicks are judged."""
        if self._honest:
            invariants.nobody_missed_a_kick(self._kvm, self._routed_home)
            for irq in self._kvm.irqs:
                account = self._ledger[irq]
                if irq.config is LEVEL and account.line is not None:
                    invariants.line_is_as_driven(self._kvm, irq, account.line)
                if irq.vcpu is not None:
                    seen_at = self._views[irq.vcpu.vcpu_id].seen_at
                    seen = account.listed_at <= seen_at
                    invariants.arrival_was_told(self._kvm, irq.vcpu, irq, seen=seen)

    def _routed_home(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Tell whether an interrupt belongs here by a write of IROUTER, which kicks nobody."""
        return self._ledger[irq].routed_home_at >= self._views[vcpu.vcpu_id].flushed_at

    def drained(self) -> None:
        """Every vCPU has been through two more entries: loss and stuck states are judged."""
        if self._honest:
            invariants.nothing_is_stuck(self._kvm)
            invariants.nothing_is_lost(self._kvm, self._ledger.unserved())
