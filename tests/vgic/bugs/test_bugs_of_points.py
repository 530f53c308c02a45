# SPDX-License-Identifier: GPL-2.0-only
"""Does what races for a plain access go wrong, as an invariant, if it has a scheduling point?

And only then: without one a plain access happens together with whatever came before it.
"""

from collections.abc import Sequence

import pytest

from harness import Failed, Failure, OsThreads, Quiet
from harness.engine import Thread
from stress.executions import Target, run, run_index
from stress.inputs import Points
from stress.scenarios import SCENARIOS
from vgic import BUGS_OF_POINTS, Irq, Mechanism, Parameters, Reference, compose
from vgic.accesses import ACTIVE, Access
from vgic.data import EDGE, FIRST_SPI, Program, Pulse, Vcpu, VgicIrq

SEED = 7
EXECUTIONS = 100

EDGES = (Irq(FIRST_SPI, EDGE, 0x80, 0),)
HELD_OPEN = Parameters(
    nr_lr=1,
    irqs=EDGES,
    guests=(Program.spelled("ammmme", (0,), (Access(ACTIVE, FIRST_SPI),) * 4),),
    devices=(tuple(Pulse(FIRST_SPI, level=True, pause=pause) for pause in (0, 1)),),
)
"""A guest enters again and again with the interrupt active, while more edges of it come."""


class ClearsAfterTheUnlock(Reference):
    """The latch that has moved into a list register is cleared once more, with no lock.

    An edge that comes in between is on the list already, so nobody queues it: it is lost.
    """

    def load_irq(self, vcpu: Vcpu, irq: VgicIrq, lr: int) -> bool:
        loaded = super().load_irq(vcpu, irq, lr)
        if loaded and irq.config is EDGE:
            irq.pending_latch = False
        return loaded


class ClearsUnderTheLock(Reference):
    """The near miss: the same under the lock, before anybody can set it again."""

    def vgic_v3_populate_lr(self, vcpu: Vcpu, irq: VgicIrq, lr: int) -> None:
        super().vgic_v3_populate_lr(vcpu, irq, lr)
        if irq.config is EDGE and vcpu.vgic_cpu.vgic_lr[lr].pending:
            irq.pending_latch = False


class AtPlainWrites(Quiet):
    """Once the guest's handler is open, an edge comes each time that the host writes unguarded."""

    next_point = 0

    def __init__(self) -> None:
        self._open = False

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Go to the other one where there is reason to."""
        self._open |= me.op.kind == "access"
        others = {"start": "dev0", "work": "vcpu0", "plain_write": "dev0" if self._open else ""}
        other = others.get(me.op.kind, me.role)
        return next((n for n, thread in enumerate(options) if thread.role == other), 0)


def held_open(kernel: type[Mechanism], points: Points, carriers: OsThreads) -> Failure | None:
    """Run the machine whose guest holds its handler open, with an edge at each plain write."""
    target = Target(cls=kernel, points=points)
    outcome = run(HELD_OPEN, target, AtPlainWrites(), carriers).execution.outcome
    return outcome.failure if isinstance(outcome, Failed) else None


def rerouted(kernel: type[Mechanism], points: Points, carriers: OsThreads) -> Failure | None:
    """Run executions of one_reroute up to the first failure."""
    target = Target(cls=kernel, points=points)
    for number in range(EXECUTIONS):
        single = run_index(SCENARIOS["one_reroute"], SEED, number, "random-walk", target, carriers)
        if isinstance(single.execution.outcome, Failed):
            return single.execution.outcome.failure
    return None


@pytest.mark.parametrize("name", BUGS_OF_POINTS)
def test_a_target_read_after_the_unlock_has_the_wrong_vcpu_told(
    pinned: OsThreads, name: str
) -> None:
    kernel = compose(Reference, [name])
    found = rerouted(kernel, Points.ALL, pinned)
    assert found is not None
    assert found.kind in BUGS_OF_POINTS[name].found_as
    assert rerouted(kernel, Points.STANDARD, pinned) is None


def test_a_latch_written_after_the_unlock_loses_an_edge(pinned: OsThreads) -> None:
    found = held_open(ClearsAfterTheUnlock, Points.ALL, pinned)
    assert found is not None
    assert found.kind == "I9 lost edge"


@pytest.mark.parametrize(
    ("kernel", "points"),
    [(ClearsAfterTheUnlock, Points.STANDARD), (ClearsUnderTheLock, Points.ALL)],
)
def test_without_a_point_or_under_the_lock_none_is_lost(
    pinned: OsThreads, kernel: type[Mechanism], points: Points
) -> None:
    assert held_open(kernel, points, pinned) is None
