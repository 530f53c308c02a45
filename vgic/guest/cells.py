# SPDX-License-Identifier: GPL-2.0-only
"""Cells of memory, by which guests wait for each other without leaving guest mode.

A guest that awaits one looks at it again and again, which a model need not follow: it stands there
until the cell is set, or its vCPU is to leave. A cell that nobody sets is awaited for ever; such a
guest has nothing to do, and whatever is sent to it stays where it is.
"""

from harness.engine import Gate, Operation, observes
from vgic.data import Kvm, Vcpu

# A cell is only memory; it is the guest that reads and writes it.
observes(__name__)


class _Awaiting(Gate):
    """The gate at which a guest looks at a cell."""

    __slots__ = ("_kvm", "_number", "_vcpu")

    idle = True

    def __init__(self, kvm: Kvm, vcpu: Vcpu, number: int) -> None:
        self._kvm = kvm
        self._vcpu = vcpu
        self._number = number

    @property
    def shut(self) -> bool:  # type: ignore[override]  # others set it, this one looks
        """Whether the cell is not set, and nobody wants the vCPU to leave."""
        return not self._kvm.cell(self._number).value and self._vcpu.ipi.shut

    def describe_wait(self) -> str:
        """Say what a thread that waits here is waiting for."""
        return f"{self._kvm.cell(self._number).name} to be set"


def signal(kvm: Kvm, number: int) -> None:
    """Set a cell, however often."""
    scheduler = kvm.scheduler
    kvm.cell(number).write(True)
    scheduler.note("guest signals", number)
    if scheduler.wants_growth:
        for gate in [thread.op.gate for thread in scheduler.threads]:
            if isinstance(gate, _Awaiting):
                scheduler.opened(gate)


def is_set(kvm: Kvm, vcpu: Vcpu, number: int) -> bool:
    """Look at a cell that a vCPU's guest awaits; it goes on if that is set."""
    if not kvm.cell(number).read():
        return False
    kvm.scheduler.note("guest has awaited", number)
    if vcpu in kvm.awaiting:
        kvm.awaiting.remove(vcpu)
    return True


def wait(kvm: Kvm, vcpu: Vcpu, number: int) -> None:
    """Wait until a cell is set, or until the vCPU is to leave its guest."""
    if vcpu not in kvm.awaiting:
        kvm.awaiting.append(vcpu)
    gate = _Awaiting(kvm, vcpu, number)
    kvm.scheduler.gated_point(Operation("wait_set", "cell", kvm.cell(number).name, gate))
    _ = vcpu.ipi.pending  # it may be what has come, so this depends on who sends it
