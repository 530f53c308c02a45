# SPDX-License-Identifier: GPL-2.0-only
"""Is a strategy asked where it wants to be or has to be, and nowhere else?"""

from collections.abc import Callable, Sequence

import pytest

from harness import Deviation, Execution, Ipi, LockOrder, Scheduler, SpinLock, Strategy, Stream
from harness.engine.strategy import NEVER, Quiet
from harness.engine.threads import Thread
from harness.primitives.cells import Cell
from harness.search.strategies.burst import Burst
from harness.search.strategies.pct import Pct
from harness.search.strategies.random_walk import RandomWalk

Program = Callable[[Scheduler], None]
Run = Callable[..., Execution]
Readers = Callable[..., Program]


class Listening:
    """Asks what another strategy asks, and writes down at which steps, and of whom."""

    def __init__(self, inner: Strategy) -> None:
        self.inner = inner
        self.next_point = inner.next_point
        self.asks_on_growth = inner.asks_on_growth
        self.asked: list[tuple[int, str]] = []

    def begin(self, threads: Sequence[Thread]) -> None:
        self.inner.begin(threads)
        self.next_point = self.inner.next_point

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        self.asked.append((step, me.role))
        picked = self.inner.pick(step, me, options)
        self.next_point = self.inner.next_point
        return picked


class WantsSteps:
    """The quiet default, that wants to be asked at these steps."""

    def __init__(self, *steps: int, asks_on_growth: bool = False) -> None:
        self.asks_on_growth = asks_on_growth
        self._steps = list(steps)
        self.next_point = NEVER

    def begin(self, threads: Sequence[Thread]) -> None:
        """Nothing to learn."""

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        self.next_point = min((each for each in self._steps if each > step), default=NEVER)
        return 0


def wakes_an_idler(scheduler: Scheduler) -> None:
    """The idler waits at once; the sender wakes it with its second operation of four."""
    ipi, cell = Ipi(scheduler, "0"), Cell(scheduler, "cell", "0", 0)

    def sends() -> None:
        cell.read()
        ipi.send()
        cell.read()
        cell.read()

    scheduler.thread("idler", ipi.wait)
    scheduler.thread("sender", sends)


def unlocks_for_a_waiter(scheduler: Scheduler) -> None:
    """The waiter wants the lock when the holder is at its second of four operations."""
    order = LockOrder(scheduler)
    lock = SpinLock(order, order.lock_class("lock"), "0")
    cell = Cell(scheduler, "cell", "0", 0)

    def holds() -> None:
        with lock:
            cell.read()
        cell.read()
        cell.read()

    def waits() -> None:
        with lock:
            pass

    scheduler.thread("holder", holds)
    scheduler.thread("waiter", waits)


class GivesWayOnce(WantsSteps):
    """Goes to the other thread at this step."""

    def __init__(self, step: int, *, asks_on_growth: bool) -> None:
        super().__init__(step, asks_on_growth=asks_on_growth)
        self._at = step

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        super().pick(step, me, options)
        return 1 if step == self._at else 0


def test_it_is_asked_before_the_first_step_and_when_a_thread_ends(
    run: Run, readers: Readers
) -> None:
    strategy = Listening(Quiet())
    run(readers(a=50, b=50), strategy)
    assert strategy.asked == [(0, "start"), (51, "a")]


def test_it_is_asked_at_the_points_it_publishes(run: Run, readers: Readers) -> None:
    strategy = Listening(WantsSteps(3, 4, 9))
    run(readers(a=20), strategy)
    assert strategy.asked == [(0, "start"), (3, "a"), (4, "a"), (9, "a")]


def test_it_is_asked_when_the_thread_cannot_proceed(run: Run) -> None:
    strategy = Listening(WantsSteps())
    run(wakes_an_idler, strategy)
    assert strategy.asked == [(0, "start"), (1, "idler"), (6, "sender")]


@pytest.mark.parametrize("wanted", [False, True])
def test_it_is_asked_when_a_thread_became_enabled_only_if_it_says_so(
    run: Run, wanted: bool
) -> None:
    strategy = Listening(WantsSteps(asks_on_growth=wanted))
    run(wakes_an_idler, strategy)
    # The send is step 3; the enabled set has grown at the point after it.
    assert ((4, "sender") in strategy.asked) is wanted


@pytest.mark.parametrize("wanted", [False, True])
def test_an_unlock_that_somebody_waits_for_is_growth(run: Run, wanted: bool) -> None:
    strategy = Listening(GivesWayOnce(2, asks_on_growth=wanted))
    execution = run(unlocks_for_a_waiter, strategy)
    assert execution.deviations == (Deviation("holder", 2, "waiter"),)
    # Steps: lock, read (gives way), waiter wants the lock, and the read after the unlock.
    assert ((4, "holder") in strategy.asked) is wanted


def test_an_unlock_that_nobody_waits_for_is_no_growth(run: Run) -> None:
    strategy = Listening(WantsSteps(asks_on_growth=True))
    run(unlocks_for_a_waiter, strategy)
    assert [role for _, role in strategy.asked] == ["start", "holder"]


def test_a_random_walk_is_asked_at_every_step(run: Run, readers: Readers) -> None:
    strategy = Listening(RandomWalk(Stream("walk"), 100))
    execution = run(readers(a=50, b=50), strategy)
    # Once before the first step, and at each but the last, after which nobody is left.
    assert [step for step, _ in strategy.asked] == list(range(execution.steps))


def test_bursts_are_asked_about_once_in_eight_steps(run: Run, readers: Readers) -> None:
    strategy = Listening(Burst(Stream("burst"), 1000))
    execution = run(readers(a=500, b=500), strategy)
    assert len(strategy.asked) < execution.steps / 5


@pytest.mark.parametrize("depth", [1, 2, 3, 5])
def test_pct_is_asked_at_its_change_points_and_where_it_must_be(
    run: Run, readers: Readers, depth: int
) -> None:
    strategy = Listening(Pct(Stream("pct", depth), 1000, depth=depth))
    execution = run(readers(a=500, b=500), strategy)
    must = 2  # before the first step, and when the first of the two threads ends
    assert len(strategy.asked) <= must + depth - 1
    assert execution.steps == 1002


def test_pct_wants_to_hear_of_growth_and_the_others_do_not() -> None:
    assert Pct(Stream("x"), 10).asks_on_growth
    assert not Burst(Stream("x"), 10).asks_on_growth
    assert not RandomWalk(Stream("x"), 10).asks_on_growth
