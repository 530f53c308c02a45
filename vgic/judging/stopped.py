# SPDX-License-Identifier: GPL-2.0-only
"""While user space has all vCPUs for itself none has a copy of anything, or is about to: I36.

It reads what vCPUs change, without the locks of interrupts: that each vCPU's mutex is taken stands
for those.
"""

from typing import NoReturn

from vgic.data import Kvm, Vcpu
from vgic.judging.judge import FLUSH, Judge, fail, names
from vgic.judging.lists import Lists

ACCESS = "vgic_v3_attr_regs_access"
KIND = "I36 accessed while running"


class Stopped(Judge):
    """Looks at every vCPU when user space has them all, and at each that flushes meanwhile."""

    def __init__(self, kvm: Kvm, lists: Lists, crossed_ones: set[str]) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            lists: tell which are between flush and sync.
            crossed_ones: the names of the windows that were crossed so far.
        """
        super().__init__(kvm)
        self._in_window = lists.in_window
        self._crossed_ones = crossed_ones
        self._all_stopped = False

    def found_busy(self) -> None:
        """Note that a vCPU was in KVM_RUN."""
        self._crossed_ones.add("vcpu_busy")

    def stopped(self) -> None:
        """Judge whether every vCPU is out of its guest and has folded."""
        self._crossed_ones.add("vcpus_stopped")
        self._all_stopped = True
        for vcpu in self._kvm.vcpus:
            if self._in_window[vcpu.vcpu_id]:
                runs_meanwhile(self._kvm, vcpu, ACCESS)
        nothing_is_loaded_then(self._kvm)

    def continuing(self) -> None:
        """Note that vCPUs may run again."""
        self._all_stopped = False

    def flushing(self, vcpu: int) -> None:
        """Judge whether the vCPU may."""
        if self._all_stopped:
            runs_meanwhile(self._kvm, self._kvm.vcpus[vcpu], FLUSH)


def runs_meanwhile(kvm: Kvm, vcpu: Vcpu, function: str) -> NoReturn:
    """I36: fail since a vCPU is between flush and sync while user space reads what it changes.

    Args:
        kvm: the VM.
        vcpu: the vCPU.
        function: the kernel function in which that was seen.

    Locks: none needed: where each vCPU is is the judges' own.
    """
    fail(kvm, KIND, f"user space accesses the vGIC's registers, and {vcpu} is in KVM_RUN", function)


def nothing_is_loaded_then(kvm: Kvm) -> None:
    """I36: while user space accesses the vGIC no interrupt is in a list register.

    Locks: none needed: no vCPU is in its guest, or about to be.
    """
    loaded = [irq for irq in kvm.irqs if irq.on_lr]
    if loaded:
        what = f"these say that they are in list registers: {names(loaded)}"
        fail(kvm, KIND, f"user space accesses the vGIC's registers, and {what}", ACCESS)
