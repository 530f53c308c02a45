# SPDX-License-Identifier: GPL-2.0-only
"""The two-phase drain: how user space ends a VM, and when loss can be judged.

Phase 1: devices have stopped and everybody has become idle by itself. Nothing has forced an exit,
so whatever still waits for a vCPU to look has missed a kick. Phase 2: masks open, and every vCPU is
forced through two full entries; what is still undelivered or stuck then is lost. A forced exit in
phase 1 would hide missed kicks; none in phase 2 would call documented delays losses.

A vCPU whose guest waits for an interrupt idles as well, and its program may go on behind that. So
those are given a signal before phase 1 is over, as often as it takes: missed kicks have been judged
by then, and will be again.
"""

from harness.engine import observes
from vgic.data import TIF_SIGPENDING, Kvm, Vcpu, is_lpi
from vgic.tracepoints import Tracepoints

observes(__name__)

FORCED_ENTRIES = 2
DRAIN = "everybody idles:"
"""How the notes of a drain begin."""


class Drain:
    """Called by the scheduler each time that everybody idles."""

    def __init__(self, kvm: Kvm, trace: Tracepoints) -> None:
        """Begin before phase 1.

        Args:
            kvm: the VM, not running yet.
            trace: where the end of each phase is announced.
        """
        self._kvm = kvm
        self._trace = trace
        self._forced = 0

    def __call__(self) -> bool:
        """Announce what phase is over and wake the vCPUs again; answer False when all is over."""
        kvm = self._kvm
        if kvm.stopping:
            return False
        if asleep := [vcpu for vcpu in kvm.vcpus if vcpu.wait.asleep]:
            self._signal(asleep)
            return True
        if not self._forced:
            self._trace.idled()
            for vcpu in kvm.vcpus:
                vcpu.cpuif.vmcr.open_up()
        else:
            self._trace.idled_again()
        if self._forced == FORCED_ENTRIES:
            self._tell_what_is_active()
            self._trace.drained()
            kvm.stopping = True
        self._forced += 1
        kvm.scheduler.note(DRAIN, "the VM stops" if kvm.stopping else "every vCPU is made to exit")
        for vcpu in kvm.vcpus:
            vcpu.ipi.assert_line()
        return True

    def _tell_what_is_active(self) -> None:
        """Announce what a guest would read at the end."""
        for irq in self._kvm.irqs:
            if not is_lpi(irq.intid):
                owner = 0 if irq.target_vcpu is None else irq.target_vcpu.vcpu_id
                self._trace.left_active(owner, irq.intid, irq.active)

    def _signal(self, asleep: list[Vcpu]) -> None:
        """Have the guests go on that wait for an interrupt which nobody sends."""
        self._trace.idled()
        self._kvm.scheduler.note(DRAIN, "every vCPU that sleeps is given a signal")
        for vcpu in asleep:
            vcpu.work.put(TIF_SIGPENDING)
            vcpu.wait.rouse()
