# SPDX-License-Identifier: GPL-2.0-only
"""Does what races for a plain access go wrong, as an invariant, if it has a scheduling point?

And only then: without one a plain access happens together with whatever came before it.
"""

from collections.abc import Callable

import pytest

from harness import Failed, Failure, OsThreads
from stress.executions import Target, run_index
from stress.inputs import Points
from stress.scenarios import SCENARIOS
from vgic import Mechanism, Reference, compose
from vgic.bugs import BUGS_OF_POINTS
from vgic.data import EDGE, Vcpu, VgicIrq

SEED = 7
EXECUTIONS = 400

Look = Callable[[type[Mechanism], str, Points], Failure | None]


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


@pytest.fixture(scope="module")
def look(pinned: OsThreads) -> Look:
    """Return what runs executions of a scenario up to the first failure."""

    def look(kernel: type[Mechanism], scenario: str, points: Points) -> Failure | None:
        target = Target(cls=kernel, points=points)
        for index in range(EXECUTIONS):
            single = run_index(SCENARIOS[scenario], SEED, index, "mix", target, pinned)
            if isinstance(single.execution.outcome, Failed):
                return single.execution.outcome.failure
        return None

    return look


@pytest.mark.parametrize("name", BUGS_OF_POINTS)
def test_a_target_read_after_the_unlock_has_the_wrong_vcpu_told(look: Look, name: str) -> None:
    kernel = compose(Reference, [name])
    found = look(kernel, "one_reroute", Points.ALL)
    assert found is not None
    assert found.kind in BUGS_OF_POINTS[name].found_as
    assert look(kernel, "one_reroute", Points.STANDARD) is None


def test_a_latch_written_after_the_unlock_loses_an_edge(look: Look) -> None:
    found = look(ClearsAfterTheUnlock, "reroute_while_pruning", Points.ALL)
    assert found is not None
    assert found.kind == "I9 lost edge"


@pytest.mark.parametrize(
    ("kernel", "points"),
    [(ClearsAfterTheUnlock, Points.STANDARD), (ClearsUnderTheLock, Points.ALL)],
)
def test_without_a_point_or_under_the_lock_none_is_lost(
    look: Look, kernel: type[Mechanism], points: Points
) -> None:
    assert look(kernel, "reroute_while_pruning", points) is None
