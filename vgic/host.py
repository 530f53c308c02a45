# SPDX-License-Identifier: GPL-2.0-only
"""What the host does by itself: its ticks, signals to the threads of vCPUs, and other threads.

A tick interrupts the CPU, whoever runs there, and the vCPU has nothing to do for it. For a signal
and for another thread that is to have the CPU a flag is set first, and then the CPU is interrupted;
the vCPU looks at the flag after it has published its mode, as at its requests. User space may end
the VM so: its vCPUs are given a signal and return for good.
"""

from collections.abc import Callable

from harness.engine import observes, operation
from vgic.data import (
    CLOSE,
    OUTSIDE_GUEST_MODE,
    POSIX_SIGNAL,
    RESCHEDULE,
    TIF_NEED_RESCHED,
    TIF_SIGPENDING,
    HostEvent,
    Kvm,
    Vcpu,
)
from vgic.tracepoints import Tracepoints

observes(__name__)

_FLAGS = {POSIX_SIGNAL: TIF_SIGPENDING, RESCHEDULE: TIF_NEED_RESCHED}
_WORK = operation("work", "", "host 0")


class Host:
    """The host of a VM."""

    def __init__(self, kvm: Kvm, trace: Tracepoints, close: Callable[[], None]) -> None:
        """Begin with nothing done.

        Args:
            kvm: the VM.
            trace: where interrupts of the host are announced.
            close: closes the VM for user space.
        """
        self._kvm = kvm
        self._trace = trace
        self._close = close

    def run(self, events: tuple[HostEvent, ...]) -> None:
        """Do one thing after the other, in a thread of its own."""
        for event in events:
            for _ in range(event.pause):
                self._kvm.scheduler.point(_WORK)
            if event.kind == CLOSE:
                self._end()
            else:
                self._do(event.kind, self._kvm.vcpus[event.vcpu])

    def _do(self, kind: str, vcpu: Vcpu) -> None:
        if kind in _FLAGS:
            vcpu.work.make(_FLAGS[kind])
            if kind == POSIX_SIGNAL and vcpu.wait.asleep:
                vcpu.wait.wake_up()
        self._interrupt(vcpu)

    def _end(self) -> None:
        """Have all vCPUs return to user space for good, and close the VM meanwhile."""
        if self._kvm.lifetime is not None:
            self._kvm.lifetime.end()
        for vcpu in self._kvm.vcpus:
            self._do(POSIX_SIGNAL, vcpu)
        self._close()

    def _interrupt(self, vcpu: Vcpu) -> None:
        """Interrupt the CPU of a vCPU; one that is outside has its interrupts on and is done."""
        if vcpu.mode.read() is not OUTSIDE_GUEST_MODE:
            self._trace.ticked(vcpu.vcpu_id)
            vcpu.ipi.assert_line()
