# SPDX-License-Identifier: GPL-2.0-only
"""The windows: situations that an execution came through, by which a campaign is known not vacuous.

A window is what a race needs to happen in. A campaign that never came through one has said nothing
of the code in it, however many executions it ran. All of them are seen from outside, in the lists,
their locks and the run loop, so that a patch which replaces a kernel function is counted alike.
"""

from harness.engine import Thread
from vgic.data import Kvm, Vcpu, VgicIrq
from vgic.judging.judge import Judge
from vgic.judging.registers import Registers
from vgic.judging.steps import LISTED, TWO_LISTS

WINDOWS = {
    "overflow": "A vCPU enters its guest while something of its own is in no list register.",
    "split": "The flush puts what found no list register aside, on the overflow list.",
    "aborted_entry": "A request is found between flush and entry, so the vCPU does not go in.",
    "aborted_entry_with_overflow": (
        "An entry is aborted after its flush has left something in no list register."
    ),
    "eoicount": "A guest leaves after it has ended an interrupt in no list register.",
    "eoicount_of_two": "A guest leaves after it has ended two or more of those.",
    "arrival_with_overflow": (
        "An interrupt is queued for a vCPU that is in its guest with something in no list register."
    ),
    "arrival_with_eoicount": (
        "An interrupt is queued for a vCPU whose guest has ended one that was in no list register."
    ),
    "queue_retry": "Queueing has both locks at last, finds a change, and puts nothing on the list.",
    "migration": "Prune moves an interrupt to the list of another vCPU.",
    "prune_recheck": "Prune has all three locks at last, finds a change, and does not move it.",
    "two_prune_retries": "One prune starts again from the head of the list twice or more.",
}


class Windows(Judge):
    """Notes the windows that are crossed; it judges nothing.

    Attributes:
        crossed_ones: their names so far.
        steps: what else was reached of what leads to them (steps.py).
    """

    def __init__(self, kvm: Kvm, registers: Registers) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            registers: tells what a flush has left outside; it hears of that first.
        """
        super().__init__(kvm)
        self.crossed_ones: set[str] = set()
        self.steps: set[str] = set()
        self._outside = registers.outside
        self._in_guest = [False] * len(kvm.vcpus)
        self._prune_restarts: dict[str, int] = {}
        self._flushing = set[str]()
        self._just_added: VgicIrq | None = None
        self._list_locks = frozenset[object](vcpu.vgic_cpu.ap_list_lock for vcpu in kvm.vcpus)

    def flushing(self, vcpu: int) -> None:
        """Note that the vCPU is on its way from flush to sync."""
        self._flushing.add(self._kvm.vcpus[vcpu].role)

    def synced(self, vcpu: int) -> None:
        """Note that it has come to the end of it, and its prune with it."""
        role = self._kvm.vcpus[vcpu].role
        self._flushing.discard(role)
        self._prune_restarts.pop(role, None)

    def entered(self, vcpu: int) -> None:
        """Note what the guest leaves behind."""
        self._in_guest[vcpu] = True
        if self._outside[vcpu]:
            self.crossed_ones.add("overflow")
        if not self._kvm.vcpus[vcpu].vgic_cpu.overflow_ap_list_head.empty:
            self.crossed_ones.add("split")

    def aborted(self, vcpu: int) -> None:
        """Note that the flush was in vain."""
        self.crossed_ones.add("aborted_entry")
        if self._outside[vcpu]:
            self.crossed_ones.add("aborted_entry_with_overflow")
        if not self._kvm.vcpus[vcpu].vgic_cpu.overflow_ap_list_head.empty:
            self.crossed_ones.add("split")

    def exited(self, vcpu: int) -> None:
        """Note what the guest has ended outside the list registers."""
        self._in_guest[vcpu] = False
        eoicount = self._kvm.vcpus[vcpu].cpuif.hcr.eoicount
        if eoicount:
            self.crossed_ones.add("eoicount")
            if eoicount > 1:
                self.crossed_ones.add("eoicount_of_two")

    def added(self, vcpu: Vcpu, irq: VgicIrq) -> None:
        """Note a migration, and an arrival while the guest runs."""
        self.steps.add(LISTED)
        self._just_added = irq
        me = self._kvm.scheduler.current
        if len(me.held) > 2 and self._lists_held(me) > 1:
            self.crossed_ones.add("migration")
            self._start_again(me)
        if self._in_guest[vcpu.vcpu_id]:
            if self._outside[vcpu.vcpu_id]:
                self.crossed_ones.add("arrival_with_overflow")
            if vcpu.cpuif.hcr.eoicount:
                self.crossed_ones.add("arrival_with_eoicount")

    def irq_unlocked(self, irq: VgicIrq) -> None:
        """Note that an interrupt was looked at under the locks to move it, and left alone.

        Who queues holds one list's lock beside the interrupt's, who migrates holds two. A flush or
        a prune of the own list holds one, too, but between flush and sync, where nobody queues.
        """
        me = self._kvm.scheduler.current
        if len(me.held) < 2:
            return
        just_added, self._just_added = self._just_added, None
        if just_added is irq:
            return
        lists = self._lists_held(me)
        if lists > 1:
            self.crossed_ones.add("prune_recheck")
            self._start_again(me)
        elif lists and me.role not in self._flushing:
            self.crossed_ones.add("queue_retry")

    def _lists_held(self, me: Thread) -> int:
        """Return of how many vCPUs a thread holds the lock of the lists."""
        return sum(lock in self._list_locks for lock in me.held)

    def _start_again(self, me: Thread) -> None:
        """Note that a prune starts again from the head."""
        self.steps.add(TWO_LISTS)
        again = self._prune_restarts.get(me.role, 0) + 1
        self._prune_restarts[me.role] = again
        if again > 1:
            self.crossed_ones.add("two_prune_retries")
