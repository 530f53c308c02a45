# SPDX-License-Identifier: GPL-2.0-only
"""Is no behaviour lost where an execution is abandoned after a gate was shut for good?

The timer or worker that waits there does nothing more in it, so only its wait says that it could
have come before.
"""

from collections.abc import Callable

from harness import (
    Cell,
    OsThreads,
    Scheduler,
    Stream,
    Timer,
    Work,
    WorkQueue,
    every_behaviour,
)
from tests.programs.agreeing import agree


def armed_again(scheduler: Scheduler) -> None:
    """It fires between being taken off and being armed by another, or before, or not at all."""
    cell, seen = Cell(scheduler, "cell", "0", 0), list[str]()
    timer = Timer(scheduler, "0", lambda: cell.write(1))

    def takes_off() -> None:
        seen.append("already armed" if timer.mod_timer() else "armed")
        seen.append("taken off" if timer.del_timer() else "too late")

    def looks() -> None:
        if cell.read():
            seen.append("fired")

    def left_behind() -> None:
        assert not {"already armed", "too late", "fired"} <= set(seen)

    scheduler.thread("takes off", takes_off)
    scheduler.thread("arms", timer.mod_timer)
    scheduler.thread("looks", looks)
    scheduler.at_end.append(left_behind)


def test_a_timer_that_was_taken_off_could_have_fired_before(pinned: OsThreads) -> None:
    explored = every_behaviour(armed_again, pinned)
    assert explored.complete
    assert len(explored.failures) == 1


TIMER = ("arm", "take off", "take off", "read")
QUEUE = ("queue", "cancel", "cancel", "read")


def drawn(seed: int) -> Callable[[Scheduler], None]:
    """Draw a program of two or three threads that put something off and take it off again."""
    stream = Stream("shut for good", seed)
    kinds = stream.choose((TIMER, QUEUE))
    bodies = [[kinds[0], stream.choose(kinds)]]
    bodies += [[stream.choose(kinds)] for _ in range(stream.between(1, 2))]

    def program(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "cell", "0", 0)
        does: dict[str, Callable[[], object]] = {"read": cell.read}
        if kinds is TIMER:
            timer = Timer(scheduler, "0", lambda: cell.write(1))
            does |= {"arm": timer.mod_timer, "take off": timer.del_timer}
        else:
            queue, work = WorkQueue(scheduler, "0"), Work("0", lambda: cell.write(1))
            does["queue"] = lambda: queue.queue_work(work)
            does["cancel"] = lambda: queue.cancel_work(work)

        def body_of(body: list[str]) -> Callable[[], None]:
            def run() -> None:
                for each in body:
                    does[each]()

            return run

        for number, body in enumerate(bodies):
            scheduler.thread(f"t{number}", body_of(body))

    return program


def test_they_agree_on_programs_that_nobody_thought_of(pinned: OsThreads) -> None:
    explored = [agree(drawn(seed), pinned, brute_max=400) for seed in range(20)]
    assert sum(each is not None for each in explored) > 5
