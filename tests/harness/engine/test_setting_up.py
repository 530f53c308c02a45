# SPDX-License-Identifier: GPL-2.0-only
"""Is a wait while the program is set up, which nobody could end, the program's fault?"""

from collections.abc import Callable
from functools import partial

import pytest

from harness import (
    Barrier,
    DataRaces,
    Event,
    Execution,
    Failure,
    Passed,
    Scheduler,
    Semaphore,
    cpu_relax,
    start_thread,
)

Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]
Waits = Callable[[Scheduler], object]

WAITS: dict[str, tuple[Waits, str]] = {
    "join": (lambda s: start_thread(s, "t1", lambda: None).join(), "t1 to end"),
    "event": (lambda s: Event(s, "0").wait(), "event[0] to be set"),
    "timed": (lambda s: Event(s, "0").wait(1.0), "event[0] to be set"),
    "down": (lambda s: Semaphore(s, "0", 0).down(), "semaphore[0] to be taken up, it is at 0"),
    "barrier": (lambda s: Barrier(s, "0", 2).wait(), "all parties at barrier[0], where 1 of 2 are"),
    "relax": (lambda s: cpu_relax(s, "my turn"), "my turn, and spins"),
}


def waits(scheduler: Scheduler, what: str, *, listened_to: bool = False) -> None:
    if listened_to:
        DataRaces(scheduler)
    scheduler.thread("t0", lambda: None)
    WAITS[what][0](scheduler)


@pytest.mark.parametrize("listened_to", [False, True])
@pytest.mark.parametrize("what", WAITS)
def test_a_wait_before_the_start_says_so(
    failure_of: FailureOf, what: str, listened_to: bool
) -> None:
    failure = failure_of(partial(waits, what=what, listened_to=listened_to))
    assert failure.kind == "wait before the start"
    assert f"waits for {WAITS[what][1]}: nothing runs before it has returned" in failure.message


def test_what_need_not_wait_may_be_done_before_the_start(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        event, semaphore = Event(scheduler, "0"), Semaphore(scheduler, "0", 1)
        event.set()
        assert event.wait()
        semaphore.down()
        assert not semaphore.down_timeout(0)
        Barrier(scheduler, "0", 1).wait()
        scheduler.thread("t0", semaphore.up)
        scheduler.thread("t1", semaphore.down)

    assert run(program).outcome == Passed()
