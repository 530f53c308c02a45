# SPDX-License-Identifier: GPL-2.0-only
"""Where does a deviation belong in a program that lacks the operation it stood before?"""

from collections.abc import Callable, Sequence

import pytest

from harness import Atomic, Cell, Deviation, Execution, Label, Scheduler
from harness.schedule.anchoring import Anchoring

Run = Callable[..., Execution]


def counting(scheduler: Scheduler) -> None:
    """Three threads that do the same: count in two functions, with something else in between."""
    count, other = Cell(scheduler, "count", "0", 0), Atomic(scheduler, "other", "0")

    def early() -> None:
        count.write(count.read() + 1)
        other.fetch_add(1)

    def late() -> None:
        other.fetch_add(1)
        for _ in range(2):
            count.write(count.read() + 1)

    def body() -> None:
        early()
        late()

    for role in "abc":
        scheduler.thread(role, body)


# Each thread: read, write, add in early(); add, read, write, read, write in late().
def place_of(run: Run, lost: Deviation, begin: Sequence[Deviation] = ()) -> Deviation | None:
    anchoring = Anchoring(begin)
    run(counting, anchoring)
    assert anchoring.unplaced == []
    return anchoring.nearest(lost)


def gone(kind: str, function: str, lock_class: str, n: int, to: str = "b") -> Deviation:
    return Deviation("a", n, to, Label(kind, function, lock_class, 9))


@pytest.mark.parametrize(
    ("lost", "kind", "function", "n"),
    [
        # Of another number, in the function it was in, though the other is nearer.
        (gone("write", "early", "count", 5), "write", "early", 2),
        (gone("write", "late", "count", 2), "write", "late", 6),
        # In a function that is not there: the nearest, the first of two that are equally near.
        (gone("read", "between", "count", 2), "read", "early", 1),
        (gone("read", "between", "count", 4), "read", "late", 5),
        (gone("read", "between", "count", 3), "read", "early", 1),
        # On an object that is not there: the nearest in its function.
        (gone("read", "late", "flag", 5), "read", "late", 5),
        (gone("lock", "late", "lock", 5), "read", "late", 5),
    ],
)
def test_it_stands_before_the_nearest_operation_of_the_same_meaning(
    run: Run, lost: Deviation, kind: str, function: str, n: int
) -> None:
    found = place_of(run, lost)
    assert found is not None
    assert found[:3] == ("a", n, "b")
    assert found.label is not None
    assert found.label[:2] == (kind, function)


@pytest.mark.parametrize(
    "lost",
    [
        gone("read", "between", "flag", 2),
        gone("lock", "", "", 2),
        gone("write", "early", "count", 2, to="dev7"),
        gone("write", "early", "count", 2)._replace(role="dev7"),
        Deviation("a", 99, "b"),
    ],
)
def test_what_means_nothing_here_stands_nowhere(run: Run, lost: Deviation) -> None:
    assert place_of(run, lost) is None


def test_it_stands_after_those_before_it(run: Run) -> None:
    first = Deviation("a", 4, "c", Label("add", "late", "other", 1))
    found = place_of(run, gone("read", "between", "count", 1), [first])
    assert found is not None
    assert found.n == 5


def test_a_thread_that_was_late_before_is_expected_to_be_as_late_again(run: Run) -> None:
    lost = gone("read", "between", "count", 5)
    for recorded, expected in ((3, 5), (1, 7)):
        first = Deviation("a", recorded, "c", Label("add", "early", "other", 1))
        found = place_of(run, lost, [first])
        assert found is not None
        assert found.n == expected
