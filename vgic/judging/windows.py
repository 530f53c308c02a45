# SPDX-License-Identifier: GPL-2.0-only
"""The windows: situations that an execution came through, by which a campaign is known not vacuous.

A window is what a race needs to happen in. A campaign that never came through one has said nothing
of the code in it, however many executions it ran. All of them are seen from outside, in the lists,
their locks and the run loop, so that a patch which replaces a kernel function is counted alike.
"""

import sys

from harness.engine import IN_IRQ, model_stack
from vgic.data import OUTSIDE_GUEST_MODE, HostCpu, Kvm, Vcpu, VgicIrq
from vgic.judging.judge import Judge
from vgic.judging.registers import Registers
from vgic.judging.steps import ENTERED, LISTED, OTHERS_LIST

QUEUE = "vgic_queue_irq_unlock"

WINDOWS = {
    "overflow": "A vCPU enters its guest while something of its own is in no list register.",
    "split": "The flush puts what found no list register aside, on the overflow list.",
    "turned_back": "A request is found as the vCPU is about to flush, so it does not go in.",
    "kick_in_flush": "A vCPU is kicked while it flushes, after it has looked at its requests.",
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
    "wait": "A guest waits for an interrupt, so that its vCPU sleeps unless there is one.",
    "wake_up": "A vCPU that sleeps while its guest waits is woken for what it is to look at.",
    "other_cpu": "A vCPU enters its guest on another CPU than the last time.",
    "tick": "An interrupt of the host's own comes to the CPU of a vCPU that is in its guest.",
    "lpi_released": "The last reference to an LPI is dropped, and it is taken out of the table.",
    "lpi_disabled_loaded": "The LPIs of a vCPU are disabled while it has one in a list register.",
    "sgi_of_more": "A guest is given an SGI of GICv2 that more vCPUs have sent than this one.",
    "cached_translation": "A message finds its LPI by what its event was translated to lately.",
    "void_twice": "Who forgets all translations finds one gone that he has just seen.",
    "two_prune_retries": "One prune starts again from the head of the list twice or more.",
    "dir_in_register": "A guest deactivates by DIR what a list register of its own has active.",
    "dir_outside": "A guest deactivates what is on a list and in no list register.",
    "dir_from_beside": "A guest deactivates what another vCPU has acknowledged.",
    "dir_of_loaded": "It does so while that is in a list register of the other.",
    "on_top": (
        "A handler of the host injects on top of a vCPU's thread, once that has been in its guest."
    ),
    "vcpus_stopped": "User space has all vCPUs for itself, and reads what they change.",
    "vcpu_busy": "User space wants all vCPUs for itself, and finds one in KVM_RUN.",
    "change_in_summary": "What the summary has looked at changes while it looks at more.",
    "change_in_sort": "Something on a list changes while that is being sorted.",
    "change_in_walk": (
        "Something on a list changes while list registers are filled, before the walk comes to it."
    ),
    "change_in_eoi_walk": "Something on a list changes while EOIcount is accounted to it.",
    "change_in_prune": "What prune has left on a list changes while it looks at more.",
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
        count = len(kvm.vcpus)
        self.crossed_ones: set[str] = set()
        self.steps: set[str] = set()
        self._outside = registers.outside
        self._in_guest = [False] * count
        # The role of each vCPU's thread while it is between flush and sync, else "".
        self._flushed_by = [""] * count
        self._is_flushing = [False] * count
        self._waits = [False] * count
        # The CPU on which each vCPU was in its guest last.
        self._cpus: list[HostCpu[VgicIrq] | None] = [None] * count
        self._prune_restarts = [0] * count
        self._added_to = [False] * count

    def flushing(self, vcpu: int) -> None:
        """Note that the vCPU is on its way from flush to sync."""
        self._flushed_by[vcpu] = self._kvm.vcpus[vcpu].role
        self._is_flushing[vcpu] = True

    def flushed(self, vcpu: int) -> None:
        """Note that its list registers are filled: what comes now finds it on its way in."""
        self._is_flushing[vcpu] = False

    def synced(self, vcpu: int) -> None:
        """Note that it has come to the end of it, and its prune with it."""
        self._flushed_by[vcpu] = ""

    def turned_back(self, vcpu: int) -> None:
        """Note that the vCPU was told in time."""
        self.crossed_ones.add("turned_back")

    def kicked(self, vcpu: int) -> None:
        """Note that the vCPU is told too late to turn back.

        An IPI may come late, for the guest that it was in before: it is outside then.
        """
        if self._is_flushing[vcpu] and self._kvm.vcpus[vcpu].mode.value is not OUTSIDE_GUEST_MODE:
            self.crossed_ones.add("kick_in_flush")

    def entered(self, vcpu: int) -> None:
        """Note what the guest leaves behind."""
        self._in_guest[vcpu] = True
        self._prune_restarts[vcpu] = 0
        cpu = self._kvm.vcpus[vcpu].cpu
        if cpu is not self._cpus[vcpu]:
            if self._cpus[vcpu] is not None:
                self.crossed_ones.add("other_cpu")
            self.steps.add(ENTERED)
            self._cpus[vcpu] = cpu
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

    def waiting(self, vcpu: int) -> None:
        """Note that a guest has nothing to do."""
        self._waits[vcpu] = True
        self.crossed_ones.add("wait")

    def waited(self, vcpu: int) -> None:
        """Note that it goes on."""
        self._waits[vcpu] = False

    def woken(self, vcpu: Vcpu) -> None:
        """Note that somebody has something for it."""
        if self._waits[vcpu.vcpu_id]:
            self.crossed_ones.add("wake_up")

    def driving(self, vcpu: int, intid: int, level: bool) -> None:
        """Note that somebody injects in the thread of the vCPU, and not by its guest's doing."""
        me = self._kvm.scheduler.current
        if me.chain & IN_IRQ and me.role == self._kvm.vcpus[vcpu].role:
            self.crossed_ones.add("on_top")

    def ticked(self, vcpu: int) -> None:
        """Note that a guest is interrupted for the host."""
        if self._in_guest[vcpu]:
            self.crossed_ones.add("tick")

    def released(self, intid: int) -> None:
        """Note that an LPI is no more, though the VM is not torn down."""
        if not self._kvm.stopping:
            self.crossed_ones.add("lpi_released")

    def added(self, vcpu: Vcpu, irq: VgicIrq) -> None:
        """Note a migration, and an arrival while the guest runs."""
        number = vcpu.vcpu_id
        self.steps.add(LISTED)
        role = self._kvm.scheduler.current.role
        if role != self._flushed_by[number]:
            self._added_to[number] = True
            if role in self._flushed_by:
                self.crossed_ones.add("migration")
                self._start_again(self._flushed_by.index(role))
        if self._in_guest[number]:
            if self._outside[number]:
                self.crossed_ones.add("arrival_with_overflow")
            if vcpu.cpuif.hcr.eoicount:
                self.crossed_ones.add("arrival_with_eoicount")

    def list_unlocked(self, vcpu: Vcpu) -> None:
        """Note that somebody had a list's lock to put an interrupt there, and has put none.

        A vCPU has its own lock between flush and sync for other reasons; beside that only who
        queues has one, and a prune that of another vCPU.
        """
        number = vcpu.vcpu_id
        role = self._kvm.scheduler.current.role
        if role == self._flushed_by[number]:
            return
        if self._added_to[number]:
            self._added_to[number] = False
        elif QUEUE in model_stack(sys._getframe(1)):
            self.crossed_ones.add("queue_retry")
        elif role in self._flushed_by:
            self.crossed_ones.add("prune_recheck")
            self._start_again(self._flushed_by.index(role))

    def _start_again(self, vcpu: int) -> None:
        """Note that a prune starts again from the head."""
        self.steps.add(OTHERS_LIST)
        self._prune_restarts[vcpu] += 1
        if self._prune_restarts[vcpu] > 1:
            self.crossed_ones.add("two_prune_retries")
