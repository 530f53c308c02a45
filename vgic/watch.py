# SPDX-License-Identifier: GPL-2.0-only
"""What looks on: calls each invariant at the moment at which it must hold.

An invariant over what a lock guards is checked when that lock is let go, before the next
scheduling point; one about a vCPU's own state is checked in its own thread; loss and missed kicks
are judged when everybody is idle. The invariants themselves are in invariants.py. Here too are
the windows: situations that an execution came through, by which a campaign knows it was not
vacuous.
"""

from vgic import invariants
from vgic.guest import Guest
from vgic.irq import Config, VgicIrq
from vgic.vm import Kvm, Vcpu

LOOKS_ON = True


class _View:
    """What is remembered of one vCPU between two moments."""

    def __init__(self) -> None:
        self.guest: Guest | None = None
        self.in_window = False
        self.in_guest = False
        self.listed = 0
        self.overflowed = False
        self.arrivals: set[VgicIrq] = set()
        self.eoicount = 0
        self.active_outside: tuple[VgicIrq, ...] = ()


class Watch:
    """Looks on at one VM.

    Attributes:
        windows: the names of the windows crossed so far.
    """

    def __init__(self, kvm: Kvm) -> None:
        self._kvm = kvm
        self._views = [_View() for _ in kvm.vcpus]
        self._unserved: dict[VgicIrq, bool] = {}
        self.windows: set[str] = set()
        for vcpu in kvm.vcpus:
            self._hook(vcpu)

    def _hook(self, vcpu: Vcpu) -> None:
        vcpu.vgic_cpu.ap_list_lock.on_unlock = lambda: self._lists_unlocked(vcpu)

    def crossed(self, window: str) -> None:
        """Note that the execution came through a window."""
        self.windows.add(window)

    def has_guest(self, vcpu: Vcpu, guest: Guest) -> None:
        """Learn which guest runs on a vCPU."""
        self._views[vcpu.vcpu_id].guest = guest

    # From devices and guests.

    def injecting(self, irq: VgicIrq) -> None:
        """A device is about to send an edge: from now on somebody has to acknowledge it."""
        if irq.config is Config.EDGE:
            self._unserved[irq] = True

    def acknowledged(self, intid: int) -> None:
        """A guest has acknowledged an interrupt, and with it every edge sent before."""
        irq = self._kvm.get_irq(intid)
        if irq is not None:
            self._unserved.pop(irq, None)

    # From the run loop, in the vCPU's own thread.

    def flushing(self, vcpu: Vcpu) -> None:
        """The vCPU is about to flush."""
        invariants.overflow_is_empty(self._kvm, vcpu)
        self._views[vcpu.vcpu_id].in_window = True

    def entering(self, vcpu: Vcpu) -> None:
        """The vCPU goes into the guest."""
        view = self._views[vcpu.vcpu_id]
        view.in_guest = True
        view.overflowed = self._overflowed(vcpu)
        if view.overflowed:
            self.windows.add("overflow")

    def aborted(self, vcpu: Vcpu) -> None:
        """The vCPU found a request after its flush and does not go in."""
        self.windows.add("aborted_entry")
        if self._overflowed(vcpu):
            self.windows.add("aborted_entry_with_overflow")

    def exited(self, vcpu: Vcpu) -> None:
        """The vCPU has left the guest and is about to sync."""
        view = self._views[vcpu.vcpu_id]
        view.in_guest = False
        view.eoicount = vcpu.cpuif.hcr.eoicount
        if view.eoicount:
            self.windows.add("eoicount")
            if view.eoicount > 1:
                self.windows.add("eoicount_of_two")
            view.active_outside = tuple(
                irq
                for irq in self._kvm.dist.spis
                if irq.vcpu is vcpu and irq.active and not irq.on_lr
            )

    def synced(self, vcpu: Vcpu) -> None:
        """The vCPU has folded and pruned."""
        view = self._views[vcpu.vcpu_id]
        if view.active_outside:
            invariants.arrivals_keep_active_state(
                self._kvm, view.active_outside, frozenset(view.arrivals)
            )
        if view.guest is not None:
            invariants.active_is_acknowledged(self._kvm, vcpu, view.guest.stack)
        view.in_window = False
        view.overflowed = False
        view.active_outside = ()
        view.arrivals.clear()

    def _overflowed(self, vcpu: Vcpu) -> bool:
        return not vcpu.vgic_cpu.overflow_ap_list_head.empty or any(
            irq.vcpu is vcpu and not irq.on_lr for irq in self._kvm.dist.spis
        )

    # From ap_list_lock, just before it is let go.

    def _lists_unlocked(self, vcpu: Vcpu) -> None:
        view = self._views[vcpu.vcpu_id]
        entries = invariants.lists_are_whole(self._kvm, vcpu)
        if not view.in_window:
            invariants.overflow_is_empty(self._kvm, vcpu)
        elif len(entries) > view.listed:
            # The overflow stands first, so an arrival is the last of all.
            self._arrived(view, vcpu, entries[-1])
        view.listed = len(entries)

    def _arrived(self, view: _View, vcpu: Vcpu, irq: VgicIrq) -> None:
        view.arrivals.add(irq)
        if view.in_guest and view.overflowed:
            self.windows.add("arrival_with_overflow")
        if view.in_guest and vcpu.cpuif.hcr.eoicount:
            self.windows.add("arrival_with_eoicount")

    # From the drain, when everybody is idle.

    def quiet(self) -> None:
        """Everybody idles and nothing has forced an exit: missed kicks are judged."""
        invariants.nobody_missed_a_kick(self._kvm)

    def drained(self) -> None:
        """Every vCPU has been through two more entries: loss and stuck states are judged."""
        invariants.nothing_is_stuck(self._kvm)
        invariants.no_edge_is_lost(self._kvm, list(self._unserved))
