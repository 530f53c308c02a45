# SPDX-License-Identifier: GPL-2.0-only
"""While the VM is halted no vCPU has a copy of anything: I17.

Who halts it is about to change what list registers have copies of, and a fold would write a copy
back over it.
"""

from vgic.data import Kvm, Vcpu
from vgic.judging.bookkeeping import Bookkeeping
from vgic.judging.judge import FLUSH, SYNC, Judge, fail, names
from vgic.judging.lists import Lists


class Halts(Judge):
    """Looks at every vCPU when the VM has been halted; Lists look at each flush while it is."""

    def __init__(self, kvm: Kvm, books: Bookkeeping, lists: Lists) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            books: tell when each vCPU has flushed, and when it has left its guest.
            lists: tell which are between flush and sync.
        """
        super().__init__(kvm)
        self._books = books
        self._in_window = lists.in_window

    def halted(self) -> None:
        """Judge whether every vCPU is out of its guest and has folded."""
        for vcpu in self._kvm.vcpus:
            number = vcpu.vcpu_id
            if self._in_window[number]:
                has_left = self._books.left_at[number] > self._books.flushed_at[number]
                is_not_out(self._kvm, vcpu, has_left=has_left)
        nothing_is_loaded(self._kvm)


def is_not_out(kvm: Kvm, vcpu: Vcpu, *, has_left: bool) -> None:
    """I17: fail since a vCPU is between flush and sync when the VM has been halted.

    Args:
        kvm: the VM.
        vcpu: the vCPU.
        has_left: it has left its guest, and is still to fold.

    Locks: none needed: where each vCPU is is the judges' own.
    """
    doing = "has left its guest and not folded" if has_left else "has begun to fill"
    fail(
        kvm,
        "I17 halted too early",
        f"the VM was halted, and {vcpu} {doing} its list registers",
        SYNC if has_left else FLUSH,
    )


def nothing_is_loaded(kvm: Kvm) -> None:
    """I17: while the VM is halted no interrupt is in a list register.

    Locks: none needed: no vCPU is in its guest, or about to be.
    """
    loaded = [irq for irq in kvm.irqs if irq.on_lr]
    if loaded:
        fail(
            kvm,
            "I17 loaded while halted",
            f"the VM was halted, and these say that they are in list registers: {names(loaded)}",
            "kvm_arm_halt_guest",
        )
