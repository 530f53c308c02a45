# SPDX-License-Identifier: GPL-2.0-only
"""Nobody is made to leave his guest for nothing; checked only if it is asked for.

A kick takes a guest some microseconds, so the kernel kicks only the vCPU whose list an interrupt
belongs on, and only when it has found that out under the interrupt's lock. A design that kicks
more may be right all the same, and dear.
"""

from collections import defaultdict

from vgic.data import KVM_REQ_SLEEP, Exit, Kvm, Vcpu, VgicIrq
from vgic.judging.judge import Judge, belongs_on, fail

NEEDLESS_KICK = "needless kick"


class Kicks(Judge):
    """Judges each IPI by what its sender has seen of interrupts since he began, or kicked last."""

    def __init__(self, kvm: Kvm) -> None:
        super().__init__(kvm)
        self._seen: defaultdict[str, list[tuple[VgicIrq, Vcpu | None]]] = defaultdict(list)
        self._halting: defaultdict[str, list[Vcpu]] = defaultdict(list)

    def requested(self, vcpu: Vcpu, request: int) -> None:
        """Remember whom somebody asks to sleep: he halts the VM, and is to get him out for that."""
        if request == KVM_REQ_SLEEP:
            self._halting[self._kvm.scheduler.current.role].append(vcpu)

    def halted(self) -> None:
        """Forget it when everybody is out."""
        self._halting[self._kvm.scheduler.current.role].clear()

    def irq_unlocked(self, irq: VgicIrq) -> None:
        """Remember where the interrupt belongs that somebody has looked at."""
        kvm = self._kvm
        self._seen[kvm.scheduler.current.role].append((irq, belongs_on(kvm, irq)))

    def kicking(self, vcpu: Vcpu) -> None:
        """Judge the kick, unless he who kicks is about to halt the VM."""
        role = self._kvm.scheduler.current.role
        if vcpu in self._halting[role]:
            return
        seen = self._seen[role]
        seen += [
            (irq, belongs_on(self._kvm, irq))
            for irq in self._kvm.irqs
            if irq.irq_lock.owner is self._kvm.scheduler.current
        ]
        somebody_needs_it(self._kvm, vcpu, seen)
        seen.clear()

    def flushing(self, vcpu: int) -> None:
        """Forget what the vCPU's thread has seen: it begins anew."""
        self._seen[self._kvm.vcpus[vcpu].role].clear()

    def exited(self, vcpu: int) -> None:
        """Forget what the flush has seen."""
        self._seen[self._kvm.vcpus[vcpu].role].clear()

    def synced(self, vcpu: int) -> None:
        """Forget what fold and prune have seen."""
        self._seen[self._kvm.vcpus[vcpu].role].clear()

    def driving(self, vcpu: int, intid: int, level: bool) -> None:
        """Forget what the device's thread has seen: it begins anew."""
        self._seen[self._kvm.scheduler.current.role].clear()

    def accessing(self, vcpu: int, access: Exit) -> None:
        """Forget what was seen before the access."""
        self._seen[self._kvm.vcpus[vcpu].role].clear()


def somebody_needs_it(kvm: Kvm, vcpu: Vcpu, seen: list[tuple[VgicIrq, Vcpu | None]]) -> None:
    """Fail unless an interrupt belongs on the list of the vCPU that is kicked.

    Args:
        kvm: the VM.
        vcpu: the vCPU that is kicked.
        seen: the interrupts that the sender has looked at, and where each belonged then.

    Locks: none needed: each was looked at while its irq_lock was held.
    """
    if all(where is not vcpu for _, where in seen):
        last = f"{seen[-1][0]}, which belongs on {_list(seen[-1][1])}" if seen else "no interrupt"
        fail(
            kvm,
            NEEDLESS_KICK,
            f"{kvm.scheduler.current.role} makes {vcpu} leave its guest, and has nothing for it: "
            f"the last it has looked at is {last}",
            "kvm_vcpu_kick",
        )


def _list(vcpu: Vcpu | None) -> str:
    return "no list" if vcpu is None else f"that of {vcpu}"
