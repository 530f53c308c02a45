# SPDX-License-Identifier: GPL-2.0-only
"""Is nobody being able to go on told apart, at once: quiescence where all idle, deadlock else?"""

from collections.abc import Callable

from harness import (
    Deviation,
    Event,
    Execution,
    Failure,
    Ipi,
    LockOrder,
    Passed,
    Scheduler,
    SpinLock,
    start_thread,
)
from harness.engine.threads import Gate, Operation
from harness.schedule.replay import StrictReplay

Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]


class Halt(Gate):
    """A blocking gate that nobody opens: a thread halted for ever."""

    shut = True
    idle = False

    def describe_wait(self) -> str:
        return "halt[0] to end"


def circle_of_locks(roles: str) -> Callable[[Scheduler], None]:
    """Each thread takes its own lock and, nested, its right neighbour's.

    The nesting is annotated, so the lock-order checker has nothing to say: this one has to hang.
    """

    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock_class = order.lock_class("fork")
        locks = [SpinLock(order, lock_class, str(i)) for i in range(len(roles))]

        def body_of(own: SpinLock, neighbours: SpinLock) -> Callable[[], None]:
            def takes_both() -> None:
                own.lock()
                neighbours.lock(1)

            return takes_both

        for i, role in enumerate(roles):
            scheduler.thread(role, body_of(locks[i], locks[(i + 1) % len(roles)]))

    return program


def idlers(*names: str, on_quiescence: Callable[[list[Ipi]], bool]) -> Callable[[Scheduler], None]:
    """Each thread idles until its own IPI comes."""

    def program(scheduler: Scheduler) -> None:
        ipis = [Ipi(scheduler, name) for name in names]
        for name, ipi in zip(names, ipis, strict=True):
            scheduler.thread(name, ipi.wait)
        scheduler.on_quiescence = lambda: on_quiescence(ipis)

    return program


def test_two_locks_taken_crosswise_deadlock(failure_of: FailureOf) -> None:
    failure = failure_of(circle_of_locks("ab"), StrictReplay([Deviation("a", 2, "b")]))
    assert failure.kind == "deadlock"


def test_a_deadlock_tells_the_wait_for_cycle(failure_of: FailureOf) -> None:
    failure = failure_of(circle_of_locks("ab"), StrictReplay([Deviation("a", 2, "b")]))
    assert failure.message == ("a waits for fork[1] held by b; b waits for fork[0] held by a")
    assert failure.lock_classes == ("fork", "fork")
    assert failure.functions == ("takes_both", "takes_both")


def test_a_cycle_of_three_is_told_in_the_order_of_the_waits(failure_of: FailureOf) -> None:
    schedule = [Deviation("a", 2, "c"), Deviation("c", 2, "b")]
    failure = failure_of(circle_of_locks("abc"), StrictReplay(schedule))
    assert failure.message == (
        "a waits for fork[1] held by b; b waits for fork[2] held by c; "
        "c waits for fork[0] held by a"
    )


def test_a_thread_outside_the_cycle_is_no_part_of_the_message(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        circle_of_locks("ab")(scheduler)
        scheduler.thread("idler", Ipi(scheduler, "idler").wait)

    failure = failure_of(program, StrictReplay([Deviation("a", 2, "b")]))
    assert "idler" not in failure.message
    assert any(line.startswith("idler") for line in failure.details)


def test_a_deadlock_is_found_at_once(run: Run) -> None:
    execution = run(circle_of_locks("ab"), StrictReplay([Deviation("a", 2, "b")]))
    assert execution.steps == 4  # two locks wanted by each, and not one step more


def test_the_same_program_without_the_bad_schedule_passes(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock_class = order.lock_class("fork")
        one, two = (SpinLock(order, lock_class, str(i)) for i in range(2))

        def body() -> None:
            one.lock()
            two.lock(1)
            two.unlock()
            one.unlock()

        scheduler.thread("a", body)
        scheduler.thread("b", body)

    assert run(program, StrictReplay([Deviation("a", 2, "b")])).outcome == Passed()


def test_a_halt_that_nobody_ends_is_a_deadlock_without_a_cycle(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        halted = Operation("halt", "halt", "halt[0]", Halt())
        scheduler.thread("vcpu0", lambda: scheduler.gated_point(halted))

    failure = failure_of(program)
    assert failure.kind == "deadlock"
    assert failure.message == "vcpu0 waits for halt[0] to end"
    assert failure.lock_classes == ("halt",)


def test_a_thread_that_ends_and_leaves_the_others_stuck_is_a_deadlock(
    failure_of: FailureOf,
) -> None:
    def program(scheduler: Scheduler) -> None:
        halted = Operation("halt", "halt", "halt[0]", Halt())
        scheduler.thread("vcpu0", lambda: scheduler.gated_point(halted))
        scheduler.thread("dev0", lambda: None)

    assert failure_of(program).message == "vcpu0 waits for halt[0] to end"


def test_idle_waits_alone_are_quiescence(run: Run) -> None:
    asked = []

    def wake_everybody(ipis: list[Ipi]) -> bool:
        asked.append([ipi.pending for ipi in ipis])
        for ipi in ipis:
            ipi.assert_line()
        return True

    assert run(idlers("vcpu0", "vcpu1", on_quiescence=wake_everybody)).outcome == Passed()
    assert asked == [[False, False]]


def test_quiescence_may_come_more_than_once(run: Run) -> None:
    woken = []

    def wake_the_next(ipis: list[Ipi]) -> bool:
        ipi = next(ipi for ipi in ipis if not ipi.pending)
        woken.append(ipi.name)
        ipi.assert_line()
        return True

    assert run(idlers("vcpu0", "vcpu1", on_quiescence=wake_the_next)).outcome == Passed()
    assert woken == ["ipi[vcpu0]", "ipi[vcpu1]"]


def test_quiescence_that_wakes_nobody_is_a_deadlock(failure_of: FailureOf) -> None:
    failure = failure_of(idlers("vcpu0", on_quiescence=lambda _: False))
    assert failure.kind == "deadlock"
    assert "vcpu0 waits for ipi[vcpu0]" in failure.message


def test_quiescence_that_says_it_woke_somebody_and_did_not_is_a_deadlock(
    failure_of: FailureOf,
) -> None:
    assert failure_of(idlers("vcpu0", on_quiescence=lambda _: True)).kind == "deadlock"


def test_idling_beside_a_stuck_thread_is_a_deadlock_and_no_quiescence(
    failure_of: FailureOf,
) -> None:
    asked = []

    def on_quiescence() -> bool:
        asked.append("asked")
        return True

    def program(scheduler: Scheduler) -> None:
        scheduler.thread("idler", Ipi(scheduler, "idler").wait)
        halted = Operation("halt", "halt", "halt[0]", Halt())
        scheduler.thread("stuck", lambda: scheduler.gated_point(halted))
        scheduler.on_quiescence = on_quiescence

    failure = failure_of(program)
    assert failure.kind == "deadlock"
    assert failure.message == "stuck waits for halt[0] to end"
    assert asked == []


def test_quiescence_is_not_asked_while_anybody_can_go_on(run: Run) -> None:
    asked = []

    def on_quiescence() -> bool:
        asked.append("asked")
        return True

    def program(scheduler: Scheduler) -> None:
        ipi = Ipi(scheduler, "0")
        scheduler.thread("idler", ipi.wait)
        scheduler.thread("sender", ipi.send)
        scheduler.on_quiescence = on_quiescence

    assert run(program).outcome == Passed()
    assert asked == []


def test_what_is_found_wrong_at_quiescence_is_the_failure(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        scheduler.thread("idler", Ipi(scheduler, "0").wait)

        def judge() -> bool:
            scheduler.fail(Failure("missed kick", "vcpu0 sleeps on a pending interrupt"))

        scheduler.on_quiescence = judge

    assert failure_of(program).kind == "missed kick"


def missed(scheduler: Scheduler, *, daemon: bool) -> None:
    """One waits for what nobody does, the other for what was set and cleared before it came."""
    bell, answer = Event(scheduler, "bell"), Event(scheduler, "answer")

    def listens() -> None:
        bell.wait()

    def rings() -> None:
        bell.set()
        bell.clear()
        start_thread(scheduler, "listens", listens, daemon=daemon)
        answer.wait()

    scheduler.thread("rings", rings)


def test_a_deadlock_is_not_named_after_a_daemon_that_idles(failure_of: FailureOf) -> None:
    def idles(scheduler: Scheduler) -> None:
        missed(scheduler, daemon=True)

    def takes_part(scheduler: Scheduler) -> None:
        missed(scheduler, daemon=False)

    failure = failure_of(idles)
    assert failure.signature == "deadlock in rings on event"
    assert failure.message == (
        "rings waits for event[answer] to be set; the daemon listens has missed a wake-up: it "
        "waits for event[bell] to be set"
    )
    assert failure.details[2].startswith("  set by rings")
    assert failure_of(takes_part).signature == "lost wake-up in listens on event"
