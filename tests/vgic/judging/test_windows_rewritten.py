# SPDX-License-Identifier: GPL-2.0-only
"""Are windows the same for a kernel that does the same in other words and announces nothing?"""

from collections.abc import Callable
from functools import cache

import pytest

from harness import OsThreads, Passed
from stress.executions import run_index
from stress.executions.target import Target
from stress.scenarios import SCENARIOS
from vgic import Mechanism, Reference, machine
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.data.vm import Kvm
from vgic.judging.judges import Judges
from vgic.judging.windows import Windows
from vgic.kernel import ApListSummary
from vgic.tracepoints import Tracepoints


class QueuesByRecursion(Reference):
    """Queueing starts again by calling itself, and says so to nobody."""

    def vgic_queue_irq_unlock(self, irq: VgicIrq, irqs_were_off: bool) -> bool:
        irq.irq_lock.assert_held()
        vcpu = self.vgic_target_oracle(irq)
        if irq.vcpu is not None or vcpu is None:
            irq.irq_lock.unlock_irqrestore(irqs_were_off)
            if vcpu is not None:
                self.announce_pending(vcpu)
            return False
        irq.irq_lock.unlock_irqrestore(irqs_were_off)
        ap_list_lock = vcpu.vgic_cpu.ap_list_lock
        irqs_were_off = ap_list_lock.lock_irqsave()
        irq.irq_lock.lock()
        queued = self.still_to_queue(irq, vcpu)
        if queued:
            vcpu.vgic_cpu.ap_list_head.add_tail(irq.ap_list)
            irq.vcpu = vcpu
            self.scheduler.note("queue", irq, "on", vcpu)
        irq.irq_lock.unlock()
        ap_list_lock.unlock_irqrestore(irqs_were_off)
        if not queued:
            return self.vgic_queue_irq_unlock(irq, irq.irq_lock.lock_irqsave())
        self.announce_pending(vcpu)
        return True


class PrunesByRecursion(Reference):
    """Prune starts again by calling itself, and says so to nobody."""

    def vgic_prune_ap_list(self, vcpu: Vcpu) -> None:
        moving = self._prune_own_list(vcpu)
        if moving is not None:
            self.migrate_irq(vcpu, *moving)
            self.vgic_prune_ap_list(vcpu)


class KicksUnderTheLocks(Reference):
    """Queueing sends its kicks with the locks held, and others run meanwhile."""

    def vgic_queue_irq_unlock(self, irq: VgicIrq, irqs_were_off: bool) -> bool:
        irq.irq_lock.assert_held()
        while True:
            vcpu = self.vgic_target_oracle(irq)
            if irq.vcpu is not None or vcpu is None:
                if vcpu is not None:
                    self.announce_pending(vcpu)
                irq.irq_lock.unlock_irqrestore(irqs_were_off)
                return False
            irq.irq_lock.unlock_irqrestore(irqs_were_off)
            irqs_were_off = vcpu.vgic_cpu.ap_list_lock.lock_irqsave()
            irq.irq_lock.lock()
            queued = self.still_to_queue(irq, vcpu)
            if queued:
                vcpu.vgic_cpu.ap_list_head.add_tail(irq.ap_list)
                irq.vcpu = vcpu
                self.announce_pending(vcpu)
            irq.irq_lock.unlock()
            vcpu.vgic_cpu.ap_list_lock.unlock_irqrestore(irqs_were_off)
            if queued:
                return True
            irqs_were_off = irq.irq_lock.lock_irqsave()


class ReleasesTheListFirst(Reference):
    """Queueing releases its two locks in the order in which it took them; it keeps a flag."""

    def vgic_queue_irq_unlock(self, irq: VgicIrq, irqs_were_off: bool) -> bool:
        queued = retry = False
        vcpu = None
        while retry or not queued:
            if retry:
                irqs_were_off = irq.irq_lock.lock_irqsave()
            vcpu = self.vgic_target_oracle(irq)
            if irq.vcpu is not None or vcpu is None:
                irq.irq_lock.unlock_irqrestore(irqs_were_off)
                break
            irq.irq_lock.unlock_irqrestore(irqs_were_off)
            irqs_were_off = vcpu.vgic_cpu.ap_list_lock.lock_irqsave()
            irq.irq_lock.lock()
            retry = not self.still_to_queue(irq, vcpu)
            if not retry:
                vcpu.vgic_cpu.ap_list_head.add_tail(irq.ap_list)
                irq.vcpu = queued_on = vcpu
                self.scheduler.note("queue", irq, "on", queued_on)
                queued = True
            vcpu.vgic_cpu.ap_list_lock.unlock()
            irq.irq_lock.unlock_irqrestore(irqs_were_off)
        if vcpu is not None:
            self.announce_pending(vcpu)
        return queued


class LeavesEarlyIfEmpty(Reference):
    """A flush of an empty list takes no lock."""

    def kvm_vgic_flush_hwstate(self, vcpu: Vcpu) -> None:
        if not vcpu.vgic_cpu.ap_list_head.empty:
            super().kvm_vgic_flush_hwstate(vcpu)
            return
        vcpu.vgic_cpu.used_lrs = 0
        self.vgic_v3_configure_hcr(vcpu, ApListSummary(0, 0, self.kvm.nr_lr))
        self.vgic_v3_restore_state(vcpu)


class MovesThroughQueue(Reference):
    """Prune takes what it moves off its list, and has it queued like anything else."""

    def migrate_irq(self, vcpu: Vcpu, irq: VgicIrq, target: Vcpu) -> bool:
        own = vcpu.vgic_cpu
        own.ap_list_lock.lock()
        irq.irq_lock.lock()
        moving = irq.vcpu is vcpu and self.vgic_target_oracle(irq) is target
        if moving:
            own.ap_list_head.delete(irq.ap_list)
            irq.vcpu = None
        irq.irq_lock.unlock()
        own.ap_list_lock.unlock()
        return moving and self.vgic_queue_irq_unlock(irq, irq.irq_lock.lock_irqsave())


class Announced(Tracepoints):
    """The same windows by what the reference announces."""

    def __init__(self, windows: set[str]) -> None:
        self.windows = windows

    def queue_restarted(self, vcpu: int, intid: int) -> None:
        self.windows.add("queue_retry")

    def prune_restarted(self, vcpu: int, moved: bool) -> None:
        self.windows.add("migration" if moved else "prune_recheck")


SCENARIOS_AND_EXECUTIONS = {
    "reroute_while_pruning": 100,
    "inject_before_entry": 20,
    "level_lines_toggle": 20,
}
"""Only the first comes through all of them, and that rarely."""

SEEN = {"queue_retry", "migration", "prune_recheck"}
Crossed = list[frozenset[str]]


@pytest.fixture(scope="module")
def crossed(pinned: OsThreads) -> Callable[[type[Mechanism]], Crossed]:
    """Return what each of some executions came through on a kernel."""

    @cache
    def run(kernel: type[Mechanism]) -> Crossed:
        singles = [
            run_index(SCENARIOS[name], 3, index, "random-walk", Target(cls=kernel), pinned)
            for name, executions in SCENARIOS_AND_EXECUTIONS.items()
            for index in range(executions)
        ]
        assert all(isinstance(single.execution.outcome, Passed) for single in singles)
        return [single.windows for single in singles]

    return run


@pytest.mark.parametrize("kernel", [QueuesByRecursion, PrunesByRecursion])
def test_a_kernel_in_other_words_comes_through_the_same_windows(
    crossed: Callable[[type[Mechanism]], Crossed], kernel: type[Mechanism]
) -> None:
    reference = crossed(Reference)
    assert frozenset().union(*reference) >= {*SEEN, "two_prune_retries"}
    assert crossed(kernel) == reference


@pytest.mark.parametrize("kernel", [KicksUnderTheLocks, ReleasesTheListFirst, LeavesEarlyIfEmpty])
def test_a_kernel_that_does_it_at_other_steps_comes_through_them_about_as_often(
    crossed: Callable[[type[Mechanism]], Crossed], kernel: type[Mechanism]
) -> None:
    """Its schedules are others, so the same executions do not cross the same windows."""
    for window in (*SEEN, "two_prune_retries"):
        reference = sum(window in each for each in crossed(Reference))
        count = sum(window in each for each in crossed(kernel))
        assert 0 < reference / 2 < count < reference * 2, (window, reference, count)


def test_what_prune_moves_through_the_queue_is_a_migration(
    crossed: Callable[[type[Mechanism]], Crossed],
) -> None:
    windows = crossed(MovesThroughQueue)
    assert sum("migration" in each for each in windows) > len(windows) // 8
    assert not any("prune_recheck" in each for each in windows)


class Announces(Reference):
    """The reference, once more."""


def test_what_is_seen_from_outside_is_what_the_reference_announces(
    crossed: Callable[[type[Mechanism]], Crossed], monkeypatch: pytest.MonkeyPatch
) -> None:
    announced: list[set[str]] = []

    class Both(Judges):
        def __init__(self, kvm: Kvm, **how: bool) -> None:
            super().__init__(kvm, **how)
            announced.append(set())
            self.listeners = (*self.listeners, Announced(announced[-1]))

    monkeypatch.setattr(machine, "Judges", Both)
    assert [windows & SEEN for windows in crossed(Announces)] == announced


class SaysSo(Reference):
    """Claims a window that it does not come through, as a patch of 0.1 might."""

    def announce_pending(self, vcpu: Vcpu) -> None:
        self.trace.crossed("eoicount_of_two")
        super().announce_pending(vcpu)


def test_a_patch_that_says_itself_what_it_came_through_is_not_believed(
    crossed: Callable[[type[Mechanism]], Crossed],
) -> None:
    assert crossed(SaysSo) == crossed(Reference)


def test_no_window_depends_on_what_a_replaceable_function_announces() -> None:
    for event in ("queue_restarted", "prune_restarted", "queued", "pruned", "migrated", "crossed"):
        assert getattr(Windows, event) is getattr(Tracepoints, event)
