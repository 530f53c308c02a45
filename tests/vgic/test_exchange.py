# SPDX-License-Identifier: GPL-2.0-only
"""Do the steps of the vGIC say all that they touch?

Reduction and the count of behaviours take it that steps which conflict in nothing they publish or
touch can be exchanged. So: record an execution, take its steps in another order that keeps every
conflict as it was, and run that. Each step must come as it was, and the verdict with it.
"""

from collections.abc import Callable

import pytest

from harness import Execution, OsThreads, Scheduler, Streams, execute
from harness.engine.streams import Stream
from harness.engine.threads import Operation, Standstill
from harness.schedule.footprint import Step, steps_of
from harness.search.behaviour import behaviour
from harness.search.happens_before import HappensBefore
from harness.search.reversals import Follow, threads_of
from harness.search.strategies.burst import Burst
from stress.scenarios import SCENARIOS
from vgic import Machine, Reference
from vgic.parameters import Parameters

SEED = 3
EXECUTIONS = 8


def machine(parameters: Parameters) -> Callable[[Scheduler], None]:
    def program(scheduler: Scheduler) -> None:
        # What is learned of lock orders is one object to all, and hides the rest.
        Machine(scheduler, parameters, Reference, lock_order=False)

    return program


def exchanged(steps: list[Step], stream: Stream) -> list[Step]:
    """Return the steps in another order, drawn among those that keep what happens before what."""
    threads = 1 + max(step.thread for step in steps)
    happened = HappensBefore(threads)
    for step in steps:
        happened.add(step)
    left: dict[int, list[int]] = {}
    for index in reversed(range(len(steps))):
        left.setdefault(steps[index].thread, []).append(index)
    taken = [0] * (threads + 1)
    order: list[Step] = []

    def ready(thread: int) -> bool:
        clock = list(happened.clocks[left[thread][-1]])
        clock[thread] -= 1  # itself
        return all(needed <= have for needed, have in zip(clock, taken, strict=True))

    while len(order) < len(steps):
        thread = stream.choose([each for each in sorted(left) if left[each] and ready(each)])
        order.append(steps[left[thread].pop()])
        taken[thread] += 1
    return order


def recorded_and_exchanged(
    name: str, index: int, carriers: OsThreads
) -> tuple[Execution, Execution]:
    streams = Streams(SEED, name, index)
    program = machine(SCENARIOS[name].draw(streams))
    recorded = execute(program, Burst(streams.stream("schedule"), 100), carriers, touches=[])
    order = exchanged(steps_of(recorded.trace, recorded.touches), streams.stream("exchange"))
    return recorded, execute(program, Follow(threads_of(order)), carriers, touches=[])


def differ(one: Execution, other: Execution) -> bool:
    return behaviour(one.trace, one.touches) != behaviour(other.trace, other.touches)


@pytest.mark.parametrize("name", SCENARIOS)
def test_exchanging_independent_steps_changes_nothing(carriers: OsThreads, name: str) -> None:
    moved = 0
    for index in range(EXECUTIONS):
        recorded, again = recorded_and_exchanged(name, index, carriers)
        assert not differ(recorded, again), index
        assert again.outcome == recorded.outcome
        moved += recorded.digest != again.digest
    assert moved > EXECUTIONS / 2, "there was something to exchange"


def test_it_shows_if_a_step_does_not_say_what_it_touches(
    carriers: OsThreads, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch = Scheduler.touch

    def silent(self: Scheduler, operation: Operation) -> None:
        """Only a standstill is still said."""
        if isinstance(operation, Standstill):
            touch(self, operation)

    monkeypatch.setattr(Scheduler, "touch", silent)
    pairs = [
        recorded_and_exchanged("random_program", index, carriers) for index in range(EXECUTIONS)
    ]
    assert any(differ(*pair) for pair in pairs)
