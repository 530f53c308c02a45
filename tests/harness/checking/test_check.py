# SPDX-License-Identifier: GPL-2.0-only
"""Does a check raise what helps, and its token replay?"""

import os
import pickle
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

import harness
from harness import (
    CannotReplay,
    Carriers,
    Cell,
    CheckFailed,
    LockOrder,
    Mutex,
    NotDeterministic,
    OsThreads,
    Scheduler,
    check,
    replay,
)
from harness.engine.greenlets import Greenlets


def counts(scheduler: Scheduler, *, locked: bool) -> None:
    """Two threads add one each to a counter, which they read and then write."""
    order = LockOrder(scheduler)
    lock, counter = Mutex(order, order.lock_class("counter"), "0"), Cell(scheduler, "sum", "0", 0)
    ended = []

    def add() -> None:
        if locked:
            lock.lock()
        counter.write(counter.read() + 1)
        if locked:
            lock.unlock()
        ended.append(counter.value)
        if len(ended) == 2:
            assert counter.value == 2, f"lost an update: {counter.value}"

    scheduler.thread("a", add)
    scheduler.thread("b", add)


WRONG, RIGHT = partial(counts, locked=False), partial(counts, locked=True)


def affinity() -> set[int]:
    """Return the cores that this thread may run on; none where that cannot be asked."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


def failure_of(
    program: Callable[[Scheduler], None], *, seed: int = 1, carriers: Carriers | None = None
) -> CheckFailed:
    with pytest.raises(CheckFailed) as raised:
        check(program, seed=seed, carriers=carriers)
    return raised.value


def test_what_is_right_passes_and_says_how_much_was_tried() -> None:
    explored = check(RIGHT, executions=40)
    assert explored.executions == 40
    assert not explored.failures


def test_a_race_is_raised_with_who_did_what() -> None:
    error = failure_of(WRONG)
    assert str(error).startswith("counts: an assertion fails in add: lost an update: 1\n")
    lines = [line.strip() for line in error.columns.splitlines()]
    for line in ("add()", "reads sum[0] = 0", "writes sum[0] = 1"):
        assert lines.count(line) == 2
    assert "=> " in next(line for line in error.columns.splitlines() if "raises Assert" in line)
    assert str(error).splitlines()[-1] == f'harness.replay(counts, "{error.token}")'


def test_its_schedule_is_one_preemption() -> None:
    assert "1 choice, 1 preemption (in " in failure_of(WRONG).report


def test_the_token_replays_to_the_same_report() -> None:
    error = failure_of(WRONG)
    with pytest.raises(CheckFailed, match="the same trace") as again:
        replay(WRONG, error.token)
    assert (again.value.token, again.value.columns) == (error.token, error.columns)


def test_a_mended_variant_does_not_go_the_way_of_the_token() -> None:
    with pytest.raises(CannotReplay, match="at step 2: expected operation 2 of a to be write sum"):
        replay(RIGHT, failure_of(WRONG).token)


def test_equal_calls_find_the_same() -> None:
    one, other = failure_of(WRONG, seed=7), failure_of(WRONG, seed=7)
    assert (str(one), one.index) == (str(other), other.index)


def test_threads_of_the_call_end_with_it() -> None:
    before = threading.active_count(), affinity()
    failure_of(WRONG)
    check(RIGHT, executions=5)
    assert (threading.active_count(), affinity()) == before


def test_carriers_that_are_given_stay(carriers: Carriers) -> None:
    check(RIGHT, executions=5, carriers=carriers)
    check(RIGHT, executions=5, carriers=carriers)


def test_greenlets_come_to_the_same() -> None:
    on_threads, on_greenlets = failure_of(WRONG), failure_of(WRONG, carriers=Greenlets())
    assert str(on_threads) == str(on_greenlets)


@pytest.mark.parametrize(
    ("options", "match"),
    [({"executions": 0}, "in 0 executions"), ({"strategy": "luck"}, "'luck': random-walk, pct,")],
)
def test_what_cannot_be_asked_for_is_said(options: dict[str, Any], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        check(RIGHT, **options)


def test_a_program_without_threads_is_no_program() -> None:
    with pytest.raises(ValueError, match="an execution needs at least one thread"):
        check(lambda scheduler: None)


def test_one_that_depends_on_what_ran_before_is_not_deterministic() -> None:
    runs: list[None] = []

    def program(scheduler: Scheduler) -> None:
        runs.append(None)
        number = len(runs)
        cell = Cell(scheduler, "x", "0", 0)

        def body() -> None:
            cell.write(1)
            assert number != 5

        scheduler.thread("a", body)

    with pytest.raises(NotDeterministic, match="exception in body in one execution and passed"):
        check(program)


def test_one_that_fails_at_once_has_no_choices() -> None:
    def broken(scheduler: Scheduler) -> None:
        scheduler.thread("a", lambda: None)
        raise ValueError("no")

    error = failure_of(broken)
    assert error.headline == "broken: an exception in broken: ValueError: no"
    assert error.index == 0
    with pytest.raises(CheckFailed):
        replay(broken, error.token)


def test_it_can_be_sent_to_another_process() -> None:
    error = failure_of(WRONG)
    sent = pickle.loads(pickle.dumps(error))
    assert (str(sent), sent.token, sent.index) == (str(error), error.token, error.index)


def test_the_face_has_all_of_it() -> None:
    assert {"check", "replay", "CheckFailed", "CannotReplay", "BadToken"} <= set(harness.__all__)


def test_os_threads_that_were_given_are_not_closed() -> None:
    with OsThreads() as own:
        failure_of(WRONG, carriers=own)
        check(RIGHT, executions=3, carriers=own)
