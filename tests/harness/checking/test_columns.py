# SPDX-License-Identifier: GPL-2.0-only
"""Is what is drawn of a failure bounded, harmless, and about what happened?"""

from collections.abc import Callable

import pytest

from harness import (
    Atomic,
    Cell,
    CheckFailed,
    Completion,
    HostInterrupt,
    KmemCache,
    LockOrder,
    Mutex,
    Scheduler,
    Semaphore,
    SlabObject,
    check,
    start_thread,
)
from harness.checking.columns import LINES_MAX, WIDTH
from harness.engine import is_printable

Program = Callable[[Scheduler], None]


def drawn(program: Program, steps_max: int = 2_000) -> list[str]:
    with pytest.raises(CheckFailed) as raised:
        check(program, executions=40, steps_max=steps_max)
    return raised.value.columns.splitlines()


def steps(text: list[str]) -> list[str]:
    """Return what was done, without what is said of it below."""
    return text[: next(n for n, line in enumerate(text) if is_verdict(line))]


def is_verdict(line: str) -> bool:
    """Tell the line that says what is wrong from a mark in the margin."""
    return line.startswith("=> ") and line[3] != " "


def test_values_are_those_before_and_after() -> None:
    def program(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "x", "0", 1)

        def body() -> None:
            cell.write(cell.read() + 1)
            cell.cmpxchg(2, 5)
            cell.cmpxchg(2, 9)
            raise ValueError

        scheduler.thread("t", body)

    assert [line.strip() for line in steps(drawn(program))][3:-1] == [
        "reads x[0] = 1",
        "writes x[0] = 2",
        "compares and exchanges x[0]: finds 2, leaves 5",
        "compares and exchanges x[0]: finds 5, leaves 5",
        "=>  raises ValueError",
    ]


def test_who_waits_says_so_where_it_begins_to() -> None:
    def program(scheduler: Scheduler) -> None:
        order, ready = LockOrder(scheduler), Completion(scheduler, "ready")
        lock = Mutex(order, order.lock_class("lock"), "0")

        def waits() -> None:
            with lock:
                ready.wait()

        def completes() -> None:
            with lock:
                ready.complete()

        scheduler.thread("a", waits)
        scheduler.thread("b", completes)

    lines = steps(drawn(program))
    assert [line.split()[:3] for line in lines if line.startswith("=>")] == [
        ["=>", "waits", "for"],
        ["=>", "waits", "for"],
    ]


def test_a_loop_is_drawn_once_and_counted() -> None:
    def program(scheduler: Scheduler) -> None:
        flag = Cell(scheduler, "flag", "0", 0)

        def spin() -> None:
            while flag.read() != 1:
                pass

        scheduler.thread("t", spin)

    lines = drawn(program, steps_max=100)
    assert [line.strip() for line in lines[3:5]] == [
        "reads flag[0] = 0",
        "... and so 298 times more",
    ]


def test_of_what_is_too_long_the_end_is_drawn() -> None:
    def program(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "x", "0", 0)

        def body() -> None:
            for number in range(200):
                cell.write(number)
            raise ValueError

        scheduler.thread("t", body)

    lines = steps(drawn(program))
    assert lines[2].strip().endswith("lines before these")
    assert len(lines) <= LINES_MAX + 4
    assert "writes x[0] = 199" in lines[-3]


def many(scheduler: Scheduler) -> None:
    """More threads than there is room for columns, each of which has to act."""
    count = Atomic(scheduler, "x", "0")

    def body() -> None:
        assert count.fetch_add(1) < 11

    for number in range(12):
        scheduler.thread(f"worker of the pool number {number}", body)


def hostile(scheduler: Scheduler) -> None:
    """Names, values and texts that would act on a terminal, or add lines."""
    evil = "\x1b[2J\n=> nothing is wrong\u202e"
    cell = Cell(scheduler, evil, "0", evil)

    def body() -> None:
        cell.write(cell.read() * 40)
        scheduler.note(evil)
        raise ValueError(evil)

    scheduler.thread("t", body)
    scheduler.thread("t" * 90, lambda: cell.write("x"))


@pytest.mark.parametrize("program", [many, hostile])
def test_no_line_is_wider_than_a_screen_or_acts_on_it(program: Program) -> None:
    with pytest.raises(CheckFailed) as raised:
        check(program, executions=10)
    text = raised.value.report.splitlines()
    assert max(map(len, text)) <= WIDTH
    assert all(map(is_printable, text))
    assert [line for line in text if is_verdict(line)] == ["=> exception"]


def test_each_line_names_its_thread_where_columns_have_no_room() -> None:
    lines = steps(drawn(many))
    assert "    worker of the pool number 0: adds to x[0]: 0 to 1" in lines
    assert any(line.startswith("=>  worker of the pool") for line in lines)


def test_what_a_handler_does_is_in_the_column_of_whom_it_interrupts() -> None:
    def program(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "x", "0", 0)

        def handle() -> None:
            raise ValueError

        line = HostInterrupt(scheduler, "7", "main", handle)
        scheduler.thread("main", lambda: cell.write(1))
        scheduler.thread("device", line.assert_line)

    lines = steps(drawn(program))
    assert any(line.endswith("asserts interrupt[7]") for line in lines)
    assert "    enter interrupt[7] on top of main" in lines
    assert "=>  raises ValueError" in lines


def test_threads_that_are_started_inside_have_columns() -> None:
    def program(scheduler: Scheduler) -> None:
        slots, inside = Semaphore(scheduler, "slots", 2), Atomic(scheduler, "inside", "0")

        def work() -> None:
            slots.down()
            assert inside.fetch_add(1) == 0
            inside.fetch_add(-1)
            slots.up()

        def main() -> None:
            for thread in [start_thread(scheduler, f"w{number}", work) for number in range(2)]:
                thread.join()

        scheduler.thread("main", main)

    lines = steps(drawn(program))
    assert lines[0].split() == ["main", "w0", "w1"]
    done = {line.strip() for line in lines}
    assert {"starts thread[w0]", "takes semaphore[slots] down", "adds to inside[0]: 1 to 2"} <= done


class Thing(SlabObject):
    value = "held"


def test_to_draw_what_can_be_freed_is_no_use_of_it() -> None:
    def program(scheduler: Scheduler) -> None:
        thing = Thing(KmemCache(scheduler, "thing"))
        cell = Cell(scheduler, "x", "0", thing)
        scheduler.thread("t", lambda: cell.write(thing))

    lines = drawn(program)
    assert "    writes x[0] = a Thing" in lines
    assert lines[len(steps(lines))] == "=> memory leak"
    assert "  -- all threads have ended --" in lines
    assert not any(line.startswith("=>  ") for line in lines)


def test_what_pytest_says_of_an_assertion_is_below_the_words_of_its_author() -> None:
    def program(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "x", "0", 1)

        def body() -> None:
            assert cell.read() == 2, "must be two"

        scheduler.thread("t", body)

    lines = drawn(program)
    begin = lines.index("   AssertionError: must be two")
    assert lines[begin + 1] == "     assert 1 == 2"
    assert lines[begin - 2 : begin] == ["", "=> exception"]
    assert "=>  raises AssertionError: must be two" in lines
