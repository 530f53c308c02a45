# SPDX-License-Identifier: GPL-2.0-only
"""Is a lock order that could deadlock reported when first seen, and nothing else reported?"""

from collections.abc import Callable

import pytest

from harness import Execution, Failure, LockOrder, Passed, Scheduler, SpinLock

Program = Callable[[Scheduler], None]
Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]


def takes(*orders: str, documented: tuple[str, ...] = ()) -> Program:
    """Make a program in which each thread nests locks of these classes, one after the other.

    Each letter is a class with one lock. The threads run one after another, so nothing hangs.
    """

    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        names = sorted({*"".join(orders), *"".join(documented)})
        classes = {name: order.lock_class(name) for name in names}
        locks = {name: SpinLock(order, classes[name], "0") for name in names}
        for pair in documented:
            order.document(classes[pair[0]], classes[pair[1]])

        def body_of(wanted: str) -> Callable[[], None]:
            def nests() -> None:
                for name in wanted:
                    locks[name].lock()
                for name in reversed(wanted):
                    locks[name].unlock()

            return nests

        for i, wanted in enumerate(orders):
            scheduler.thread(f"t{i}", body_of(wanted))

    return program


def of_one_class(subclasses: tuple[int, ...], *orders: tuple[int, ...]) -> Program:
    """Make a program of threads that nest locks of one class: the i-th taken in subclasses[i]."""

    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock_class = order.lock_class("irq_lock")
        locks = [SpinLock(order, lock_class, str(i)) for i in range(4)]

        def body_of(numbers: tuple[int, ...]) -> Callable[[], None]:
            def nests() -> None:
                for number, subclass in zip(numbers, subclasses, strict=True):
                    locks[number].lock(subclass)
                for number in reversed(numbers):
                    locks[number].unlock()

            return nests

        for i, numbers in enumerate(orders):
            scheduler.thread(f"t{i}", body_of(numbers))

    return program


def test_two_orders_of_two_locks_are_reported_though_nobody_hung(failure_of: FailureOf) -> None:
    failure = failure_of(takes("ab", "ba"))
    assert failure.kind == "lock order"
    assert failure.lock_classes == ("b", "a")
    assert failure.message == "b -> a, but a -> b came first"


def test_one_thread_alone_can_take_both_orders(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        one = SpinLock(order, order.lock_class("one"), "0")
        two = SpinLock(order, order.lock_class("two"), "0")

        def takes_both_orders() -> None:
            with one, two:
                pass
            with two, one:
                pass

        scheduler.thread("t0", takes_both_orders)

    assert failure_of(program).kind == "lock order"


def test_the_report_is_in_the_order_kernel_people_read(failure_of: FailureOf) -> None:
    failure = failure_of(takes("ab", "bc", "ca"))
    assert failure.functions == ("nests", "nests", "nests")
    assert list(failure.details) == [
        "t2 is trying to acquire a[0] in nests",
        "but t2 is already holding c[0]",
        "the existing dependency chain is:",
        "  a -> b  in nests (t0)",
        "  b -> c  in nests (t1)",
    ]


def test_a_cycle_of_three_is_reported_at_the_edge_that_closes_it(failure_of: FailureOf) -> None:
    failure = failure_of(takes("ab", "bc", "ca"))
    assert failure.kind == "lock order"
    assert failure.lock_classes == ("c", "a")


def test_a_cycle_of_four_is_reported(failure_of: FailureOf) -> None:
    assert failure_of(takes("ab", "bc", "cd", "da")).lock_classes == ("d", "a")


def test_a_lock_further_out_counts_as_held(failure_of: FailureOf) -> None:
    assert failure_of(takes("abc", "ca")).lock_classes == ("c", "a")


@pytest.mark.parametrize(
    "orders",
    [
        ("ab", "ab", "ab"),
        ("ab", "bc", "ac"),
        ("abc", "bc", "ac", "c"),
        ("a", "b", "a"),
        ("ac", "bc"),
        ("ab", "ac"),
        ("ab", "cd", "ad", "cb"),
    ],
)
def test_orders_without_a_cycle_are_silent(run: Run, orders: tuple[str, ...]) -> None:
    assert run(takes(*orders)).outcome == Passed()


def test_locks_taken_one_after_the_other_have_no_order(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        one = SpinLock(order, order.lock_class("one"), "0")
        two = SpinLock(order, order.lock_class("two"), "0")

        def never_nests() -> None:
            for lock in (one, two, one, two):
                with lock:
                    pass

        scheduler.thread("t0", never_nests)

    assert run(program).outcome == Passed()


def test_unlocking_in_another_order_than_locking_is_silent(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        one = SpinLock(order, order.lock_class("one"), "0")
        two = SpinLock(order, order.lock_class("two"), "0")

        def hand_over_hand() -> None:
            one.lock()
            two.lock()
            one.unlock()
            two.unlock()

        scheduler.thread("t0", hand_over_hand)
        scheduler.thread("t1", hand_over_hand)

    assert run(program).outcome == Passed()


def test_a_lock_let_go_out_of_order_is_no_longer_held(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        one, two, three = (
            SpinLock(order, order.lock_class(name), "0") for name in ("one", "two", "three")
        )

        def lets_go_of_the_outer() -> None:
            one.lock()
            two.lock()
            one.unlock()
            two.unlock()
            three.lock()
            three.unlock()

        def three_outside() -> None:
            with three, one:
                pass

        scheduler.thread("t0", lets_go_of_the_outer)
        scheduler.thread("t1", three_outside)

    assert run(program).outcome == Passed()


def test_the_outer_lock_still_counts_when_an_inner_one_was_let_go(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        one, two, three = (
            SpinLock(order, order.lock_class(name), "0") for name in ("one", "two", "three")
        )

        def nests_twice() -> None:
            with one:
                with two:
                    pass
                with three:
                    pass

        def three_outside() -> None:
            with three, one:
                pass

        scheduler.thread("t0", nests_twice)
        scheduler.thread("t1", three_outside)

    assert failure_of(program).lock_classes == ("three", "one")


def test_two_locks_of_one_class_without_a_subclass_are_recursion(failure_of: FailureOf) -> None:
    failure = failure_of(of_one_class((0, 0), (0, 1)))
    assert failure.kind == "lock recursion"
    assert failure.lock_classes == ("irq_lock",)
    assert "irq_lock[1]" in failure.message
    assert "irq_lock[0]" in failure.message


def test_a_nested_lock_of_the_same_class_with_a_subclass_is_silent(run: Run) -> None:
    assert run(of_one_class((0, 1), (0, 1), (1, 0))).outcome == Passed()


def test_three_of_one_class_with_three_subclasses_are_silent(run: Run) -> None:
    assert run(of_one_class((0, 1, 2), (0, 1, 2), (3, 2, 1))).outcome == Passed()


def test_the_same_subclass_twice_is_recursion(failure_of: FailureOf) -> None:
    failure = failure_of(of_one_class((0, 1, 1), (0, 1, 2)))
    assert failure.kind == "lock recursion"
    assert failure.lock_classes == ("irq_lock/1",)


def test_subclasses_have_an_order_of_their_own(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        order = LockOrder(scheduler)
        lock_class = order.lock_class("irq_lock")
        one, two = (SpinLock(order, lock_class, str(i)) for i in range(2))

        def inside_out() -> None:
            one.lock()
            two.lock(1)
            two.unlock()
            one.unlock()
            one.lock(1)
            two.lock(0)

        scheduler.thread("t0", inside_out)

    failure = failure_of(program)
    assert failure.kind == "lock order"
    assert failure.lock_classes == ("irq_lock/1", "irq_lock")


def test_a_documented_order_is_violated_on_first_sight(failure_of: FailureOf) -> None:
    failure = failure_of(takes("ba", documented=("ab",)))
    assert failure.kind == "lock order"
    assert failure.lock_classes == ("b", "a")
    assert "the documented lock order" in failure.details[-1]


def test_documented_orders_chain(failure_of: FailureOf) -> None:
    assert failure_of(takes("ca", documented=("ab", "bc"))).lock_classes == ("c", "a")


@pytest.mark.parametrize("order", ["ab", "bc", "ac", "abc"])
def test_a_documented_order_that_is_kept_is_silent(run: Run, order: str) -> None:
    assert run(takes(order, documented=("ab", "bc"))).outcome == Passed()


def test_a_class_the_documentation_does_not_name_may_go_anywhere(run: Run) -> None:
    assert run(takes("axb", documented=("ab",))).outcome == Passed()
