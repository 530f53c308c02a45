# SPDX-License-Identifier: GPL-2.0-only
"""Who goes next when nobody chooses, and how is a choice that differs from that written down?"""

from collections.abc import Callable

import pytest

from harness import Deviation, Execution, LockOrder, Scheduler, SpinLock
from harness.engine.strategy import Quiet
from harness.schedule.replay import StrictReplay

Program = Callable[[Scheduler], None]
Run = Callable[..., Execution]
Story = Callable[[Execution], list[str]]
Readers = Callable[..., Program]


def roles(story: list[str]) -> str:
    return "".join(line.partition(":")[0] for line in story)


def test_a_thread_goes_on_until_it_ends(run: Run, readers: Readers, story: Story) -> None:
    execution = run(readers(a=2, b=1, c=1))
    assert story(execution) == [
        "a: read cell[a]",
        "a: read cell[a]",
        "a: exit",
        "b: read cell[b]",
        "b: exit",
        "c: read cell[c]",
        "c: exit",
    ]


def test_creation_order_decides_and_not_the_names(run: Run, readers: Readers, story: Story) -> None:
    assert roles(story(run(readers(z=1, a=1, m=1)))) == "zzaamm"


def test_the_quiet_default_has_no_deviations(run: Run, readers: Readers) -> None:
    assert run(readers(a=3, b=3)).deviations == ()


def test_after_a_block_the_next_in_cyclic_order_goes_and_that_is_no_deviation(
    run: Run, story: Story
) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("lock"), "0")
        other = SpinLock(order, order.lock_class("other"), "0")

        def holder() -> None:
            with lock, other:
                pass

        def wanter() -> None:
            with lock:
                pass

        def bystander() -> None:
            with other:
                pass

        scheduler.thread("a", bystander)
        scheduler.thread("b", holder)
        scheduler.thread("c", wanter)

    # b has the lock when c wants it: from c the cycle goes on with a, not with the holder b.
    schedule = [Deviation("start", 0, "b"), Deviation("b", 2, "c")]
    execution = run(program, StrictReplay(schedule))
    assert story(execution) == [
        "b: lock lock[0]",
        "a: lock other[0]",
        "a: exit",
        "b: lock other[0]",
        "b: exit",
        "c: lock lock[0]",
        "c: exit",
    ]
    assert execution.deviations == tuple(schedule)


def test_a_thread_that_cannot_proceed_is_passed_over(run: Run, story: Story) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock = SpinLock(order, order.lock_class("lock"), "0")
        other = SpinLock(order, order.lock_class("other"), "0")

        def holder() -> None:
            with lock, other:
                pass

        def wanter() -> None:
            with lock:
                pass

        scheduler.thread("a", holder)
        scheduler.thread("b", wanter)
        scheduler.thread("c", wanter)

    # a stands before `other`; b blocks, from b the next is c, c blocks, then a again.
    execution = run(program, StrictReplay([Deviation("a", 2, "b")]))
    assert roles(story(execution)) == "aaabbcc"
    # a, then b and c until they block, a to its end, and the two in cyclic order.
    assert execution.switches == 6


def test_a_deviation_names_the_thread_its_operation_and_who_went(
    run: Run, readers: Readers, story: Story
) -> None:
    execution = run(readers(a=3, b=2), StrictReplay([Deviation("a", 2, "b")]))
    assert roles(story(execution)) == "abbbaaa"
    assert [deviation[:3] for deviation in execution.deviations] == [("a", 2, "b")]


def test_a_deviation_before_the_first_step_is_the_start_s(
    run: Run, readers: Readers, story: Story
) -> None:
    execution = run(readers(a=1, b=1), StrictReplay([Deviation("start", 0, "b")]))
    assert roles(story(execution)) == "bbaa"
    assert [deviation[:3] for deviation in execution.deviations] == [("start", 0, "b")]


def test_who_follows_a_thread_that_has_ended_can_deviate_too(
    run: Run, readers: Readers, story: Story
) -> None:
    # a's third operation is its exit.
    execution = run(readers(a=2, b=1, c=1), StrictReplay([Deviation("a", 3, "c")]))
    assert roles(story(execution)) == "aaaccbb"


@pytest.mark.parametrize("before", [0, 1, 7])
def test_what_others_did_before_does_not_move_a_deviation(
    run: Run, readers: Readers, story: Story, before: int
) -> None:
    execution = run(readers(a=before, b=3, c=1), StrictReplay([Deviation("b", 2, "c")]))
    assert roles(story(execution)) == "a" * (before + 1) + "bccbbb"


def test_every_operation_counts_as_one_step(run: Run, readers: Readers) -> None:
    execution = run(readers(a=2, b=3))
    assert execution.steps == 2 + 3 + 2  # their reads and their exits


def test_the_threads_keep_their_order_of_creation() -> None:
    scheduler = Scheduler(Quiet())
    made = [scheduler.thread(role, lambda: None) for role in ("vcpu1", "dev0", "vcpu0")]
    assert scheduler.threads == made
    assert [str(thread) for thread in made] == ["vcpu1", "dev0", "vcpu0"]
