# SPDX-License-Identifier: GPL-2.0-only
"""Physical interrupts are forwarded to guests: their handlers on the host raise the virtual lines.

That of a shared interrupt runs on a CPU of the host that does nothing else. That of a private one,
as a timer's, runs on top of whatever the thread of its vCPU does, wherever interrupts are on; it
makes the guest leave, and wakes a vCPU that sleeps.
"""

from functools import partial

from harness import HostInterrupt
from harness.engine import Gate, Operation, observes, operation
from vgic.data import OUTSIDE_GUEST_MODE, Exit, RunsInGuestMode, Trap, Vcpu, VgicIrq, is_private
from vgic.hardware import PhysicalInterrupt
from vgic.kernel import Mechanism

observes(__name__)

FORWARDING_CPU = "irq0"
"""The role of the thread that is the CPU for shared interrupts."""
_NAME = f"interrupts[{FORWARDING_CPU}]"


class _Arrival(Gate):
    """The gate at which that CPU idles."""

    __slots__ = ("_forwarding",)

    idle = True

    def __init__(self, forwarding: "Forwarding") -> None:
        self._forwarding = forwarding

    @property
    def shut(self) -> bool:  # type: ignore[override]  # others open it, this one looks
        """Whether no interrupt is asserted, and the VM lives."""
        return self._forwarding.is_quiet

    def describe_wait(self) -> str:
        """Say what a thread that waits here is waiting for."""
        return f"{_NAME}, with nothing to do"


class Forwarding:
    """The host's handlers of the physical interrupts of one VM.

    Attributes:
        shared: the lines of shared interrupts.
    """

    def __init__(self, kernel: Mechanism) -> None:
        """Connect each mapped interrupt to its CPU.

        Args:
            kernel: what runs the VM, with all of its interrupts.
        """
        self._kernel = kernel
        self._scheduler = kernel.scheduler
        self.shared: list[HostInterrupt] = []
        self._private: dict[Vcpu, list[HostInterrupt]] = {}
        self._opened = operation("assert", "interrupts", _NAME)
        self._idle = Operation("idle", "interrupts", _NAME, _Arrival(self))
        for irq in kernel.kvm.irqs:
            if irq.physical is not None and irq.target_vcpu is not None:
                self._connect(irq, irq.physical, irq.target_vcpu)

    def _connect(self, irq: VgicIrq, physical: PhysicalInterrupt, vcpu: Vcpu) -> None:
        physical.on_output = partial(self._kernel.trace.wired, vcpu.vcpu_id, irq.intid)
        private = is_private(irq.intid)
        handler = partial(self._handle, irq, physical, vcpu if private else None)
        line = HostInterrupt(
            self._scheduler, irq.name, vcpu.role if private else FORWARDING_CPU, handler
        )
        if private:
            self._private.setdefault(vcpu, []).append(line)
            physical.on_pending = partial(self._interrupt_vcpu, vcpu, line)
        else:
            self.shared.append(line)
            physical.on_pending = partial(self._interrupt_cpu, line)

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing for the CPU of shared interrupts to do."""
        return not (self._kernel.kvm.stopping or any(line.glance() for line in self.shared))

    def run(self) -> None:
        """Be that CPU: idle, and take what comes, until the VM is stopped."""
        while not self._kernel.kvm.stopping:
            self._scheduler.gated_point(self._idle)

    def on(self, vcpu: Vcpu, guest: RunsInGuestMode) -> RunsInGuestMode:
        """Return a guest that is left at once if a physical interrupt waits as it is entered."""
        lines = self._private.get(vcpu)
        return guest if lines is None else _Interrupted(vcpu, guest, lines)

    def retire(self) -> None:
        """Let go of all that refers back here: nothing of the VM is used any more."""
        self.shared.clear()
        self._private.clear()
        del self._idle

    def _handle(self, irq: VgicIrq, physical: PhysicalInterrupt, vcpu: Vcpu | None) -> None:
        """Take a physical interrupt, unless it has gone by now, and raise the virtual line.

        Models: arch_timer.c, kvm_arch_timer_handler.
        """
        kernel = self._kernel
        if kernel.kvm.stopping or not physical.pending:
            return
        number = 0 if vcpu is None else vcpu.vcpu_id
        kernel.trace.driving(number, irq.intid, True)
        physical.take()
        self._scheduler.note("take", physical)
        kernel.kvm_vgic_inject_irq(vcpu, irq.intid, level=True)
        kernel.trace.driven(number, irq.intid, True)

    def _interrupt_cpu(self, line: HostInterrupt) -> None:
        """Interrupt the CPU that does nothing else."""
        line.assert_line()
        self._scheduler.touch(self._opened)
        if self._scheduler.wants_growth and self._idle.gate is not None:
            self._scheduler.opened(self._idle.gate)

    def _interrupt_vcpu(self, vcpu: Vcpu, line: HostInterrupt) -> None:
        """Interrupt the CPU of a vCPU: it leaves its guest, or wakes up, and is interrupted then.

        One that is outside has its interrupts on, or is about to enter and be interrupted there.
        """
        line.assert_line()
        if vcpu.mode.glance() is not OUTSIDE_GUEST_MODE:
            vcpu.ipi.assert_line()
        elif vcpu.wait.asleep:
            vcpu.wait.wake_up()


class _Interrupted:
    """A guest on a CPU that has interrupts of its own."""

    def __init__(self, vcpu: Vcpu, guest: RunsInGuestMode, lines: list[HostInterrupt]) -> None:
        self._vcpu = vcpu
        self._guest = guest
        self._lines = lines

    def run_guest(self) -> Exit | Trap | None:
        """Run the guest until it exits."""
        if any(line.asserted for line in self._lines):
            self._vcpu.ipi.assert_line()
        return self._guest.run_guest()
