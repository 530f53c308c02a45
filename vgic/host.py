# SPDX-License-Identifier: GPL-2.0-only
"""What the host does by itself, ticks, signals and other threads; and what user space calls.

A tick interrupts the CPU, whoever runs there, and the vCPU has nothing to do for it. For a signal
and for another thread that is to have the CPU a flag is set first, and then the CPU is interrupted;
the vCPU looks at the flag after it has published its mode, as at its requests. User space may end
the VM so: its vCPUs are given a signal and return for good. To have its vCPUs for itself it gives
them one as well, and has their threads wait when they have returned.
"""

from collections.abc import Callable, Mapping

from harness.engine import observes, operation
from vgic.data import (
    ATTRIBUTES,
    CLOSE,
    HOST_EVENTS,
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

    def __init__(
        self, kvm: Kvm, trace: Tracepoints, does: Mapping[str, Callable[[], int | None]]
    ) -> None:
        """Begin with nothing done.

        Args:
            kvm: the VM.
            trace: where interrupts of the host are announced.
            does: what user space calls, by the kind of event; it returns what is less than 0 if
                that fails.
        """
        self._kvm = kvm
        self._trace = trace
        self._does = does

    def run(self, events: tuple[HostEvent, ...]) -> None:
        """Do one thing after the other, in a thread of its own."""
        for event in events:
            for _ in range(event.pause):
                self._kvm.scheduler.point(_WORK)
            if event.kind in HOST_EVENTS:
                self._do(event.kind, self._kvm.vcpus[event.vcpu])
            elif event.kind == CLOSE:
                self._end()
            elif event.kind == ATTRIBUTES:
                self._stop_and_look()
            else:
                self._does[event.kind]()

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
        self._does[CLOSE]()

    def _stop_and_look(self) -> None:
        """Stop all vCPUs and read attributes; if that is too early, when all have stopped."""
        ioctls = self._kvm.ioctls
        assert ioctls is not None
        ioctls.calls_back.write(True)
        for vcpu in self._kvm.vcpus:
            self._do(POSIX_SIGNAL, vcpu)
        if self._does[ATTRIBUTES]():
            ioctls.waits.wait_event(lambda: ioctls.away.read() == len(self._kvm.vcpus))
            self._does[ATTRIBUTES]()
        ioctls.calls_back.write(False)
        ioctls.waits.wake_up()

    def _interrupt(self, vcpu: Vcpu) -> None:
        """Interrupt the CPU of a vCPU; one that is outside has its interrupts on and is done."""
        if vcpu.mode.read() is not OUTSIDE_GUEST_MODE:
            self._trace.ticked(vcpu.vcpu_id)
            vcpu.ipi.assert_line()
