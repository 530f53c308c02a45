# SPDX-License-Identifier: GPL-2.0-only
"""Is delay bounding what its paper says: a deterministic default, and so many delays?

Emmi, Qadeer, Rakamaric: Delay-Bounded Scheduling (POPL 2011). Without a delay there is one
schedule, round robin; a delay passes over one thread; the number of schedules depends on the
number of delays and steps and not on the number of threads.
"""

from collections.abc import Callable

import pytest

from harness import Deviation, Execution, Scheduler, Stream
from harness.engine.strategy import NEVER
from harness.search.strategies.delays import Delays

Run = Callable[..., Execution]
Readers = Callable[..., Callable[[Scheduler], None]]

LENGTH = 12


def delayed(run: Run, readers: Readers, delays: int, seed: int) -> Execution:
    strategy = Delays(Stream("delays", seed), LENGTH, delays=delays)
    return run(readers(a=2, b=2, c=2), strategy)


def test_without_delays_it_is_round_robin(run: Run, readers: Readers) -> None:
    execution = delayed(run, readers, 0, 0)
    assert execution.deviations == ()
    assert execution.digest == run(readers(a=2, b=2, c=2)).digest


def test_a_delay_passes_over_one_thread_to_the_next_in_turn(run: Run, readers: Readers) -> None:
    after = {"start": "b", "a": "b", "b": "c", "c": "a"}
    seen = {delayed(run, readers, 1, seed).deviations for seed in range(60)}
    assert all(len(deviations) <= 1 for deviations in seen)
    for deviation in (each for deviations in seen for each in deviations):
        assert deviation.to in {after[deviation.role], "a", "b", "c"} - {deviation.role}
    assert (Deviation("start", 0, "b"),) in seen
    assert (Deviation("a", 1, "b"),) in seen


def test_one_delay_gives_at_most_one_schedule_for_each_step(run: Run, readers: Readers) -> None:
    digests = {delayed(run, readers, 1, seed).digest for seed in range(300)}
    # Nine steps can be delayed; where nobody else is left a delay changes nothing.
    assert 6 < len(digests) <= LENGTH + 1


@pytest.mark.parametrize("delays", [1, 2, 3])
def test_each_delay_is_asked_for_once(delays: int) -> None:
    for seed in range(30):
        strategy = Delays(Stream("points", seed), LENGTH, delays=delays)
        points = []
        while strategy.next_point != NEVER:
            points.append(strategy.next_point)
            strategy.pick(strategy.next_point, None, [None, None, None, None])  # type: ignore[arg-type, list-item]
        assert 1 <= len(points) <= delays
        assert all(0 <= point < LENGTH for point in points)


def test_every_pair_of_delays_comes_about_as_often_as_any_other() -> None:
    drawn = []
    for seed in range(1200):
        strategy = Delays(Stream("pairs", seed), 4, delays=2)
        points: list[int] = []
        while strategy.next_point != NEVER:
            points.append(strategy.next_point)
            strategy.pick(strategy.next_point, None, [None, None, None])  # type: ignore[arg-type, list-item]
        drawn.append(tuple(points))
    # Two delays at different steps of k: 2!/k**2.
    for pair in {each for each in drawn if len(each) == 2}:
        assert abs(drawn.count(pair) / len(drawn) - 2 / 16) < 0.04
