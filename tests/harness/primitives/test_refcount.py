# SPDX-License-Identifier: GPL-2.0-only
"""Does a reference count go by the kernel's rules, and stay where it is once it is wrong?"""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import (
    Execution,
    Failed,
    Failure,
    KmemCache,
    OsThreads,
    Passed,
    Refcount,
    Scheduler,
    SlabObject,
    execute,
    kfree,
)
from harness.engine.strategy import Quiet
from harness.primitives.refcount import INT_MAX, REFCOUNT_SATURATED

Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]
OPERATIONS = ("inc", "inc_not_zero", "dec", "dec_not_one", "dec_and_test")


class Counted:
    """One count, and what one thread does to it."""

    def __init__(self, value: int, *operations: str) -> None:
        self._value = value
        self._operations = operations
        self.results: list[object] = []

    def __call__(self, scheduler: Scheduler) -> None:
        self.refs = Refcount(scheduler, "refs", "0", self._value)

        def body() -> None:
            for name in self._operations:
                self.results.append(getattr(self.refs, name)())

        scheduler.thread("t0", body)


@pytest.mark.parametrize(
    ("value", "operation", "kind"),
    [
        (0, "inc", "reference from zero"),
        (0, "dec", "reference underflow"),
        (0, "dec_and_test", "reference underflow"),
        (0, "dec_not_one", "reference underflow"),
        (1, "dec", "reference leak"),
        (INT_MAX, "inc", "reference saturated"),
        (INT_MAX, "inc_not_zero", "reference saturated"),
        (REFCOUNT_SATURATED, "inc", "reference saturated"),
        (REFCOUNT_SATURATED, "inc_not_zero", "reference saturated"),
        (REFCOUNT_SATURATED, "dec", "reference underflow"),
        (REFCOUNT_SATURATED, "dec_and_test", "reference underflow"),
        (REFCOUNT_SATURATED, "dec_not_one", "reference underflow"),
    ],
)
def test_what_the_kernel_warns_of_fails_and_saturates(
    value: int, operation: str, kind: str, failure_of: FailureOf
) -> None:
    program = Counted(value, operation)
    assert failure_of(program).kind == kind
    assert program.refs.value == REFCOUNT_SATURATED


def test_nothing_is_taken_from_a_count_of_zero(run: Run) -> None:
    program = Counted(0, "inc_not_zero", "read")
    assert run(program).outcome == Passed()
    assert program.results == [False, 0]


def test_a_count_can_be_set(run: Run) -> None:
    refs = []

    def program(scheduler: Scheduler) -> None:
        refs.append(Refcount(scheduler, "refs", "0"))
        scheduler.thread("t0", lambda: refs[0].set(5))

    assert run(program).outcome == Passed()
    assert refs[0].value == 5


@given(st.integers(0, 3), st.lists(st.sampled_from(OPERATIONS), max_size=8))
@settings(max_examples=60, deadline=None)
def test_counts_as_a_number_does_as_long_as_it_is_right(value: int, operations: list[str]) -> None:
    program = Counted(value, *operations)
    with OsThreads(pinned=False) as carriers:
        outcome = execute(program, Quiet(), carriers).outcome
    expected: list[object] = []
    wrong = False
    for name in operations:
        wrong = (name == "inc" and value == 0) or (name.startswith("dec") and value == 0)
        wrong = wrong or (name == "dec" and value == 1)
        if wrong:
            break
        taken = name == "inc" or (name == "inc_not_zero" and value > 0)
        dropped = name.startswith("dec") and not (name == "dec_not_one" and value == 1)
        value += taken - dropped
        results = {"inc_not_zero": taken, "dec_not_one": dropped, "dec_and_test": value == 0}
        expected.append(results.get(name))
    assert program.results == expected
    assert isinstance(outcome, Failed) is wrong
    assert program.refs.value == (REFCOUNT_SATURATED if wrong else value)


def test_an_underflow_says_who_dropped_the_last_reference(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        refs = Refcount(scheduler, "refs", "irq7")

        def put() -> None:
            refs.dec_and_test()

        def unmap() -> None:
            put()

        def discard() -> None:
            put()

        scheduler.thread("its", unmap)
        scheduler.thread("vcpu0", discard)

    failure = failure_of(program)
    assert failure.message == "vcpu0 drops a reference by a count of 0 in put: refs[irq7]"
    assert failure.details == (
        "by vcpu0 at step 3: discard > put",
        "the last reference was dropped by its at step 1: unmap > put",
    )


def test_to_count_in_a_freed_object_is_a_use_of_it(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        thing = SlabObject(KmemCache(scheduler, "thing"))
        refs = Refcount(scheduler, "refs", "0", inside=thing)

        def body() -> None:
            refs.inc()
            kfree(thing)
            refs.inc_not_zero()

        scheduler.thread("t0", body)

    assert failure_of(program).kind == "use after free"
