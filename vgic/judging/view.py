# SPDX-License-Identifier: GPL-2.0-only
"""What whoever looks on remembers of one vCPU between two moments."""

from vgic.data import Kvm, Vcpu, VgicIrq
from vgic.judging import invariants


class View:
    """What is remembered of one vCPU; times are steps of the execution, -1 for never.

    Attributes:
        stack: the INTIDs of its guest's open handlers, outermost first.
        in_window: it is between flush and the end of prune.
        in_guest: its guest runs.
        overflowed: something found no list register at the last entry.
        arrivals: what was put on its lists since the flush.
        active_outside: what was active outside the list registers when the guest was left.
        flushed_at: when the last flush began.
        seen_at: when that flush let go of the list; what joined the list later was not seen.
        left_at: when it last left its guest, or did not enter it.
        entered_at: how many operations its thread had published when its guest was last entered.
        retries: how often prune started again in this sync.
        in_vain: how often since it last moved something.
        accessing: the interrupt whose registers its guest is writing.
        old_target: where that was routed before.
        access_began: when the write began.
        access_alone: nobody else was touching the interrupt then.
        may_return: a pending state that the write clears may come back from a list register.
        barren: how many times in a row its guest was left without having done anything.
        state: what it looked like half as many times ago as make a storm.
        left_out: in how many flushes in a row each interrupt was left out for a lesser one.
    """

    __slots__ = (
        "_kvm", "_vcpu", "access_alone", "access_began", "accessing", "active_outside",
        "arrivals", "barren", "entered_at", "flushed_at", "in_guest", "in_vain", "in_window",
        "left_at", "left_out", "may_return", "old_target", "overflowed", "retries", "seen_at",
        "stack", "state",
    )  # fmt: skip

    def __init__(self, kvm: Kvm, vcpu: Vcpu) -> None:
        self._kvm = kvm
        self._vcpu = vcpu
        self.stack: list[int] = []
        self.in_window = False
        self.in_guest = False
        self.overflowed = False
        self.arrivals: set[VgicIrq] = set()
        self.active_outside: list[VgicIrq] = []
        self.flushed_at = -1
        self.seen_at = -1
        self.retries = 0
        self.in_vain = 0
        self.accessing: VgicIrq | None = None
        self.old_target: Vcpu | None = None
        self.access_began = -1
        self.access_alone = False
        self.may_return = False
        self.left_at = -1
        self.entered_at = -1
        self.barren = 0
        self.state: object = None
        self.left_out: dict[VgicIrq, int] = {}

    def synced(self) -> None:
        """What counts from one flush to the next sync is over."""
        self.in_window = self.overflowed = False
        self.retries = self.in_vain = 0
        if self.active_outside:
            self.active_outside = []
        if self.arrivals:
            self.arrivals.clear()

    def came_to_nothing(self) -> None:
        """The vCPU leaves and its guest has done nothing since it went in, if it did at all."""
        self.barren += 1
        half = invariants.ENTRIES_MAX // 2
        if self.barren % half == 0:
            before, self.state = self.state, self._now()
            invariants.exits_for_a_reason(self._kvm, self._vcpu, self.barren, self.state, before)
            if self.barren > half:
                self.barren = half

    def _now(self) -> object:
        vgic_cpu, cpuif = self._vcpu.vgic_cpu, self._vcpu.cpuif
        lists = (vgic_cpu.ap_list_head, vgic_cpu.overflow_ap_list_head)
        return (
            [str(lr) for lr in vgic_cpu.vgic_lr[: vgic_cpu.used_lrs]],
            [[irq.name for irq in each.verify()] for each in lists],
            (cpuif.apr, cpuif.vmcr.pmr, cpuif.vmcr.group_enabled, list(self.stack)),
        )

    def lists_unlocked(self) -> None:
        """The vCPU's lists are whole whenever somebody lets go of their lock."""
        invariants.lists_are_whole(self._kvm, self._vcpu)
        if not self.in_window:
            invariants.overflow_is_empty(self._kvm, self._vcpu)
        elif self.seen_at < self.flushed_at:
            scheduler = self._kvm.scheduler
            if scheduler.current.role == self._vcpu.role:
                self.seen_at = scheduler.steps
