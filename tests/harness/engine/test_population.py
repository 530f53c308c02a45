# SPDX-License-Identifier: GPL-2.0-only
"""Do threads that come later, and daemons, fit in with every strategy, carrier and listener?"""

from collections.abc import Callable, Iterator

import pytest

from harness import (
    Cell,
    CheckFailed,
    Event,
    Execution,
    Failure,
    Ipi,
    Listener,
    OsThreads,
    Passed,
    Recorder,
    Scheduler,
    Stream,
    StrictReplay,
    Work,
    WorkQueue,
    check,
    execute,
    replay,
    start_thread,
)
from harness.engine.greenlets import Greenlets
from harness.schedule import LenientReplay
from harness.search.strategies import STRATEGIES

Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]
SEEDS = 6


@pytest.fixture
def greenlets() -> Iterator[Greenlets]:
    with Greenlets() as carriers:
        yield carriers


def family(scheduler: Scheduler) -> None:
    """Parents start children, and these start theirs, with waits in between."""
    cell, event = Cell(scheduler, "cell", "0", 0), Event(scheduler, "0")

    def grandchild() -> None:
        cell.write(cell.read() + 1)
        event.set()

    def child(name: str) -> Callable[[], None]:
        def body() -> None:
            start_thread(scheduler, f"child of {name}", grandchild)
            event.wait(1.0)
            cell.read()

        return body

    def parent() -> None:
        children = [start_thread(scheduler, name, child(name)) for name in "ab"]
        for each in children:
            each.join()

    scheduler.thread("parent", parent)
    scheduler.thread("other", lambda: start_thread(scheduler, "c", grandchild))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_same_schedule_is_the_same_execution_on_every_carrier(
    pinned: OsThreads, greenlets: Greenlets, strategy: str
) -> None:
    for seed in range(SEEDS):
        executions = [
            execute(family, STRATEGIES[strategy](Stream("family", seed), 30), carriers)
            for carriers in (pinned, greenlets, pinned)
        ]
        assert executions[0].outcome == Passed()
        assert len({each.digest for each in executions}) == 1
        for carriers in (pinned, greenlets):
            again = execute(family, StrictReplay(executions[0].deviations), carriers)
            assert again.digest == executions[0].digest


@pytest.mark.parametrize("strategy", ["pct", "burst", "pos"])
def test_listeners_change_nothing(pinned: OsThreads, strategy: str) -> None:
    class Listening(Listener):
        def does(self, operation: object) -> None:
            """Want to hear everything, so that every point decides."""

    def heard(scheduler: Scheduler) -> None:
        scheduler.listen(Listening())
        Recorder(scheduler)
        family(scheduler)

    for seed in range(SEEDS):
        one, other = (
            execute(program, STRATEGIES[strategy](Stream("family", seed), 30), pinned)
            for program in (family, heard)
        )
        assert one.digest == other.digest


def test_a_schedule_survives_an_edit_by_the_roles_it_names(pinned: OsThreads) -> None:
    walk = execute(family, STRATEGIES["random-walk"](Stream("family", 3), 30), pinned)
    labelled = StrictReplay(walk.deviations)
    execute(family, labelled, pinned)

    def edited(scheduler: Scheduler) -> None:
        scheduler.thread("new", lambda: None)
        family(scheduler)

    lenient = LenientReplay(labelled.labelled)
    execute(edited, lenient, pinned)
    assert len(lenient.placed) > len(labelled.labelled) / 2


def test_many_threads_are_started_one_after_the_other(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        def main() -> None:
            for number in range(20):
                start_thread(scheduler, f"worker {number}", lambda: None).join()

        scheduler.thread("main", main)

    assert run(program).outcome == Passed()
    assert run(program).outcome == Passed()


def test_a_started_thread_is_unwound_like_all_others(failure_of: FailureOf) -> None:
    unwound = []

    def program(scheduler: Scheduler) -> None:
        event = Event(scheduler, "0")

        def waits() -> None:
            try:
                event.wait()
            finally:
                unwound.append(True)

        scheduler.thread("main", lambda: start_thread(scheduler, "waits", waits))

    assert failure_of(program).kind == "deadlock"
    assert unwound == [True]


# Daemons.


def serving(scheduler: Scheduler, *, daemon: bool) -> None:
    """A thread that does something each time it is sent an interrupt, for ever."""
    ipi, served = Ipi(scheduler, "0"), Cell(scheduler, "served", "0", 0)

    def serve() -> None:
        while True:
            ipi.wait()
            ipi.take()
            served.write(served.read() + 1)

    def client() -> None:
        ipi.send()

    start_thread(scheduler, "server", serve, daemon=daemon)
    scheduler.thread("client", client)


def test_an_execution_is_over_when_only_daemons_are_left_and_idle(run: Run) -> None:
    execution = run(lambda scheduler: serving(scheduler, daemon=True))
    assert execution.outcome == Passed()
    assert [str(entry) for entry in execution.trace][-1] == "write served[0]"


def test_who_serves_and_is_no_daemon_has_to_end(failure_of: FailureOf) -> None:
    assert failure_of(lambda scheduler: serving(scheduler, daemon=False)).kind == "deadlock"


def test_what_is_left_behind_is_judged_though_daemons_live(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        serving(scheduler, daemon=True)
        scheduler.at_end.append(lambda: Failure("left behind", "something"))

    assert failure_of(program).kind == "left behind"


def test_a_daemon_is_left_wherever_it_waits(run: Run) -> None:
    left = []

    def program(scheduler: Scheduler) -> None:
        event = Event(scheduler, "0")

        def waits() -> None:
            try:
                event.wait()
            finally:
                left.append(True)

        start_thread(scheduler, "daemon", waits, daemon=True)
        scheduler.thread("main", lambda: None)

    assert run(program).outcome == Passed()
    assert left == [True]


def test_a_daemon_that_looks_again_and_again_is_left_too(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        event = Event(scheduler, "0")

        def looks() -> None:
            while not event.wait(0.1):
                pass

        for number in range(2):
            start_thread(scheduler, f"daemon {number}", looks, daemon=True)
        scheduler.thread("main", lambda: None)

    assert run(program, steps_max=100).outcome == Passed()


def test_a_daemon_that_is_busy_is_waited_for(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        queue, never = WorkQueue(scheduler, "0"), Event(scheduler, "never")
        scheduler.thread("main", lambda: queue.queue_work(Work("0", never.wait)))

    assert failure_of(program).message == "kworker/0:0 waits for event[never] to be set"


def test_a_deadlock_of_others_is_none_of_the_daemons(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        serving(scheduler, daemon=True)
        event, other = (Event(scheduler, str(number)) for number in range(2))
        start_thread(scheduler, "waits too", other.wait, daemon=True)
        scheduler.thread("stuck", event.wait)

    failure = failure_of(program)
    assert (failure.kind, failure.message) == ("deadlock", "stuck waits for event[0] to be set")


@pytest.mark.parametrize("role", ["a\nb", "\x1b[2J", "\ud800", "\u200b", "x" * 101])
@pytest.mark.parametrize("inside", [False, True])
def test_a_role_that_no_token_can_name_is_refused(
    failure_of: FailureOf, role: str, inside: bool
) -> None:
    def program(scheduler: Scheduler) -> None:
        if inside:
            scheduler.thread("main", lambda: start_thread(scheduler, role, lambda: None))
        else:
            scheduler.thread(role, lambda: None)

    assert failure_of(program).signature == "thread role unfit"


@pytest.mark.parametrize("role", ["", " ", "\u65e5\u672c", 'a:b, "c"\\', "x" * 100])
def test_any_other_role_replays_from_a_token(role: str) -> None:
    def program(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "cell", "0", 0)

        def adds() -> None:
            cell.write(cell.read() + 1)

        def left_behind() -> None:
            assert cell.value == 2

        scheduler.thread(role, adds)
        scheduler.thread("other", adds)
        scheduler.at_end.append(left_behind)

    with pytest.raises(CheckFailed) as found:
        check(program)
    with pytest.raises(CheckFailed) as again:
        replay(program, str(found.value.token))
    assert again.value.headline == found.value.headline
