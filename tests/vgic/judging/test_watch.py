# SPDX-License-Identifier: GPL-2.0-only
"""At which moment of a real execution is a bug seen: at once, or only when it has spread?"""

from collections.abc import Callable

import pytest

from harness import Execution, Failed, Failure
from vgic import REVISIONS, Machine, Mechanism, Parameters, Reference
from vgic.accesses import PEND, Access
from vgic.composition import compose
from vgic.data.intids import Config
from vgic.data.program import Program
from vgic.data.vcpu import Vcpu
from vgic.drain import Drain
from vgic.parameters import Irq

NESTED = Parameters(
    nr_lr=1,
    irqs=tuple(Irq(32 + n, Config.EDGE, 0xC0 - 0x20 * n, 0) for n in range(4)),
    guests=(
        Program.spelled(
            "mamamammeee", (0,), tuple(Access(PEND, intid) for intid in (33, 34, 35, 32))
        ),
    ),
    devices=(),
)


class Told(Reference):
    """Tells in notes what the run loop does, so that the last of them is where it ended."""

    def kvm_vgic_flush_hwstate(self, vcpu: Vcpu) -> None:
        self.scheduler.note("flush begins")
        super().kvm_vgic_flush_hwstate(vcpu)
        self.scheduler.note("flush is over")

    def kvm_vgic_sync_hwstate(self, vcpu: Vcpu) -> None:
        self.scheduler.note("sync begins")
        super().kvm_vgic_sync_hwstate(vcpu)
        self.scheduler.note("sync is over")


Watching = Callable[[type[Mechanism]], tuple[Failure, list[str]]]


@pytest.fixture
def watching(
    run_machine: Callable[..., tuple[Execution, Machine]],
    operations: Callable[[Execution], list[str]],
) -> Watching:
    """Run the nested handlers; return the failure, and what the run loop told until then."""

    def run(kernel: type[Mechanism]) -> tuple[Failure, list[str]]:
        told = type("Telling", (Told, kernel), {})
        execution, _ = run_machine(NESTED, kernel=told)
        assert isinstance(execution.outcome, Failed)
        entries = [line.partition(":")[2].strip() for line in operations(execution)]
        notes = [entry for entry in entries if entry.startswith(("flush ", "sync "))]
        return execution.outcome.failure, notes

    return run


def test_a_broken_ring_is_seen_at_the_unlock_that_ends_the_first_split(watching: Watching) -> None:
    failure, told = watching(REVISIONS["v1-posted"].cls)
    assert failure.kind == "list corruption"
    assert told[-1] == "flush begins", "before the flush has returned"


def test_an_overflow_left_behind_is_seen_before_the_next_flush_looks(watching: Watching) -> None:
    failure, told = watching(compose(Reference, ["no_splice"]))
    assert failure.kind == "I3 overflow left behind"
    assert told[-1] == "sync is over"


@pytest.mark.parametrize(
    ("bug", "kind"),
    [
        ("eoicount_not_preserved", "I13 stuck active"),
        ("eoicount_plus_one", "I13 active state lost"),
        ("prune_active", "I7 active interrupt unlisted"),
    ],
)
def test_a_wrong_active_state_is_seen_right_after_the_sync(
    watching: Watching, bug: str, kind: str
) -> None:
    failure, told = watching(compose(Reference, [bug]))
    assert failure.kind == kind
    assert told[-1] == "sync is over"


def test_a_best_interrupt_left_out_is_seen_right_after_the_flush(watching: Watching) -> None:
    failure, told = watching(compose(Reference, ["active_first_sort"]))
    assert failure.kind == "O10 best pending left out"
    assert told[-1] == "flush is over"


def test_a_missed_kick_is_seen_before_anything_forces_an_exit(
    run_machine: Callable[..., tuple[Execution, Machine]], monkeypatch: pytest.MonkeyPatch
) -> None:
    forced: list[bool] = []
    judge = Drain.__call__

    def noting(drain: Drain) -> bool:
        go_on = judge(drain)
        forced.append(go_on)
        return go_on

    monkeypatch.setattr(Drain, "__call__", noting)

    class TellsNobody(Reference):
        def announce_pending(self, vcpu: Vcpu) -> None:
            pass

    two = Parameters(
        nr_lr=1,
        irqs=(Irq(32, Config.EDGE, 0x80, 0),),
        guests=(Program.spelled("", (0,)), Program.spelled("m", (0,), (Access(PEND, 32),))),
        devices=(),
    )
    execution, _ = run_machine(two, kernel=TellsNobody)
    assert isinstance(execution.outcome, Failed)
    assert execution.outcome.failure.kind == "I16 missed kick"
    assert forced == []


def test_the_windows_of_nested_handlers_are_noted(
    windows_of: Callable[[Parameters], set[str]],
) -> None:
    windows = windows_of(NESTED)
    assert {"overflow", "split", "eoicount"} <= windows
    assert not {"migration", "prune_recheck", "queue_retry"} & windows
