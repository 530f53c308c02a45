# SPDX-License-Identifier: GPL-2.0-only
"""Are windows the same for a kernel that does the same in other words and announces nothing?"""

from collections.abc import Callable

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
            self._migrate(vcpu, *moving)
            self.vgic_prune_ap_list(vcpu)


class Announced(Tracepoints):
    """The same windows by what the reference announces."""

    def __init__(self, windows: set[str]) -> None:
        self.windows = windows

    def queue_restarted(self, vcpu: int, intid: int) -> None:
        self.windows.add("queue_retry")

    def prune_restarted(self, vcpu: int, moved: bool) -> None:
        self.windows.add("migration" if moved else "prune_recheck")


SEEN = {"queue_retry", "migration", "prune_recheck"}
Crossed = list[frozenset[str]]


@pytest.fixture
def crossed(carriers: OsThreads) -> Callable[[type[Mechanism]], Crossed]:
    """Return what each of some executions came through on a kernel."""

    def run(kernel: type[Mechanism]) -> Crossed:
        singles = [
            run_index(SCENARIOS[name], 3, index, "random-walk", Target(cls=kernel), carriers)
            for name in ("reroute_while_pruning", "inject_before_entry", "level_lines_toggle")
            for index in range(40)
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


def test_what_is_seen_from_outside_is_what_the_reference_announces(
    crossed: Callable[[type[Mechanism]], Crossed], monkeypatch: pytest.MonkeyPatch
) -> None:
    announced: list[set[str]] = []

    class Both(Judges):
        def __init__(self, kvm: Kvm, *, honest: bool = True) -> None:
            super().__init__(kvm, honest=honest)
            announced.append(set())
            self.listeners = (*self.listeners, Announced(announced[-1]))

    monkeypatch.setattr(machine, "Judges", Both)
    assert [windows & SEEN for windows in crossed(Reference)] == announced


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
