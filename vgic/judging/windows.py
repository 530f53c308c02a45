# SPDX-License-Identifier: GPL-2.0-only
"""The windows: situations that an execution came through, by which a campaign is known not vacuous.

A window is what a race needs to happen in. A campaign that never came through one has said nothing
of the code in it, however many executions it ran.
"""

from vgic.data import Kvm, Vcpu, VgicIrq
from vgic.judging.judge import Judge
from vgic.judging.registers import Registers

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
    "queue_retry": "Queueing has both locks at last, finds a change, and starts again.",
    "migration": "Prune moves an interrupt to the list of another vCPU.",
    "prune_recheck": "Prune has all three locks at last, finds a change, and does not move it.",
    "two_prune_retries": "One prune starts again from the head of the list twice or more.",
}


class Windows(Judge):
    """Notes the windows that are crossed; it judges nothing.

    Attributes:
        crossed_ones: their names so far.
    """

    def __init__(self, kvm: Kvm, registers: Registers) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            registers: tells what a flush has left outside; it hears of that first.
        """
        super().__init__(kvm)
        self.crossed_ones: set[str] = set()
        self._outside = registers.outside
        self._in_guest = [False] * len(kvm.vcpus)
        self._prune_restarts = [0] * len(kvm.vcpus)

    def entered(self, vcpu: int) -> None:
        """Note what the guest leaves behind."""
        self._in_guest[vcpu] = True
        self._prune_restarts[vcpu] = 0
        if self._outside[vcpu]:
            self.crossed_ones.add("overflow")
        if not self._kvm.vcpus[vcpu].vgic_cpu.overflow_ap_list_head.empty:
            self.crossed_ones.add("split")

    def aborted(self, vcpu: int) -> None:
        """Note that the flush was in vain."""
        self._prune_restarts[vcpu] = 0
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
        """Note an arrival while the guest runs."""
        if self._in_guest[vcpu.vcpu_id]:
            if self._outside[vcpu.vcpu_id]:
                self.crossed_ones.add("arrival_with_overflow")
            if vcpu.cpuif.hcr.eoicount:
                self.crossed_ones.add("arrival_with_eoicount")

    def queue_restarted(self, vcpu: int, intid: int) -> None:
        """Note that queueing found a change."""
        self.crossed_ones.add("queue_retry")

    def prune_restarted(self, vcpu: int, moved: bool) -> None:
        """Note a migration, or one that was found to be over."""
        self._prune_restarts[vcpu] += 1
        self.crossed_ones.add("migration" if moved else "prune_recheck")
        if self._prune_restarts[vcpu] > 1:
            self.crossed_ones.add("two_prune_retries")

    def crossed(self, window: str) -> None:
        """Note what a patch says itself, if there is such a window."""
        if window in WINDOWS:
            self.crossed_ones.add(window)
