# SPDX-License-Identifier: GPL-2.0-only
"""Does PCT keep the promises of its paper?

Burckhardt, Kothari, Musuvathi, Nagarakatte: A Randomized Scheduler with Probabilistic Guarantees
of Finding Bugs (ASPLOS 2010). The algorithm: distinct random priorities of at least d, the enabled
thread of highest priority runs, d - 1 change points drop a thread below d. The theorem: one run of
n threads and k steps finds a bug of depth d with probability at least 1/(n * k**(d-1)). The bugs
of its first figure (ordering, atomicity violation, deadlock) have depths 1, 2 and 2.
"""

from collections.abc import Callable
from itertools import combinations, permutations

import pytest

from harness import Cell, Execution, Failed, Failure, Ipi, LockOrder, Scheduler, SpinLock, Stream
from harness.engine.strategy import NEVER
from harness.engine.threads import Thread
from harness.search.strategies.pct import Pct

Program = Callable[[Scheduler], None]
Run = Callable[..., Execution]
Story = Callable[[Execution], list[str]]

LENGTH = 50
RUNS = 600


def made(seed: int, count: int, depth: int) -> tuple[Pct, list[Thread]]:
    """Return a Pct that has begun, and its threads."""
    threads = [Thread(f"t{i}", i, lambda: None) for i in range(count)]
    pct = Pct(Stream("pct", seed), LENGTH, depth=depth)
    pct.begin(threads)
    return pct, threads


def ranking(pct: Pct, threads: list[Thread]) -> list[Thread]:
    """Return the threads from highest to lowest priority, asking where nothing changes."""
    left, ranked = list(threads), []
    while left:
        ranked.append(left.pop(pct.pick(0, left[0], left)))
    return ranked


def bystander(scheduler: Scheduler) -> None:
    """A thread of one step that has no part in the bug; it counts in n and k."""
    cell = Cell(scheduler, "bystander", "0", 0)
    scheduler.thread("bystander", lambda: cell.write(1))


def ordering_error(scheduler: Scheduler) -> None:
    """The paper's figure 1A, depth 1: used before the other thread has initialised it."""
    pointer = Cell[str | None](scheduler, "pointer", "0", None)

    def uses() -> None:
        if pointer.read() is None:
            scheduler.fail(Failure("bug", "used before it was initialised"))

    scheduler.thread("initialises", lambda: pointer.write("object"))
    scheduler.thread("uses", uses)
    bystander(scheduler)


def atomicity_violation(scheduler: Scheduler) -> None:
    """The paper's figure 1B, depth 2: gone between the check and the use."""
    pointer = Cell[str | None](scheduler, "pointer", "0", "object")

    def checks_and_uses() -> None:
        if pointer.read() is not None and pointer.read() is None:
            scheduler.fail(Failure("bug", "gone between check and use"))

    scheduler.thread("uses", checks_and_uses)
    scheduler.thread("frees", lambda: pointer.write(None))
    bystander(scheduler)


def crosswise_locks(scheduler: Scheduler) -> None:
    """The paper's figure 1C, depth 2: two locks, each thread has one and wants the other."""
    order = LockOrder(scheduler)
    lock_class = order.lock_class("lock")
    one, two = (SpinLock(order, lock_class, str(i)) for i in range(2))

    def takes(first: SpinLock, second: SpinLock) -> Callable[[], None]:
        def body() -> None:
            first.lock()
            second.lock(1)
            second.unlock()
            first.unlock()

        return body

    scheduler.thread("a", takes(one, two))
    scheduler.thread("b", takes(two, one))
    bystander(scheduler)


def half_done(scheduler: Scheduler) -> None:
    """Depth 3: the other's first write, but not its second, between two reads."""
    word = Cell(scheduler, "word", "0", 0)

    def looks_twice() -> None:
        if (word.read(), word.read()) == (0, 1):
            scheduler.fail(Failure("bug", "saw the state between two writes come up"))

    def writes_twice() -> None:
        word.write(1)
        word.write(2)

    scheduler.thread("looks", looks_twice)
    scheduler.thread("writes", writes_twice)
    bystander(scheduler)


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("count", [2, 3, 5])
def test_priorities_are_distinct_and_decide_every_choice(count: int, depth: int) -> None:
    for seed in range(10):
        pct, threads = made(seed, count, depth)
        ranked = ranking(pct, threads)
        for size in range(1, count + 1):
            for options in combinations(threads, size):
                picked = options[pct.pick(0, options[0], options)]
                assert picked is min(options, key=ranked.index)


def test_every_order_of_priorities_comes() -> None:
    seen = set()
    for seed in range(120):
        pct, threads = made(seed, 3, 1)
        seen.add(tuple(thread.index for thread in ranking(pct, threads)))
    assert seen == set(permutations(range(3)))


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_each_change_point_drops_the_thread_about_to_run_below_all_others(depth: int) -> None:
    changes = depth - 1
    for seed in range(30):
        pct, threads = made(seed, 6, depth)
        before = ranking(pct, threads)
        while pct.next_point != NEVER:
            pct.pick(pct.next_point, threads[0], threads)
        after = ranking(pct, threads)
        assert after[: 6 - changes] == before[changes:]
        assert set(after[6 - changes :]) == set(before[:changes])


@pytest.mark.parametrize("depth", [1, 2, 3, 6])
def test_there_are_depth_minus_one_change_points_within_the_length(depth: int) -> None:
    for seed in range(30):
        pct, threads = made(seed, 3, depth)
        points = []
        while pct.next_point != NEVER:
            points.append(pct.next_point)
            pct.pick(pct.next_point, threads[0], threads)
        # Several may fall on one step; then one asking settles them.
        assert len(points) <= depth - 1
        assert all(1 <= point <= LENGTH for point in points)
        assert points == sorted(set(points))


def test_without_change_points_nobody_is_preempted_but_by_the_newly_enabled(
    run: Run, story: Story
) -> None:
    def program(scheduler: Scheduler) -> None:
        ipi, cell = Ipi(scheduler, "0"), Cell(scheduler, "cell", "0", 0)

        def wakes() -> None:
            ipi.send()
            cell.read()
            cell.read()

        scheduler.thread("idler", ipi.wait)
        scheduler.thread("waker", wakes)

    stories = {
        " ".join(line.partition(" ")[0] for line in story(run(program, pct)))
        for pct in (Pct(Stream("growth", seed), 6, depth=1) for seed in range(20))
    }
    assert stories == {
        "waker: idler: idler: waker: waker: waker:",  # the idler ranks higher: at once
        "waker: waker: waker: waker: idler: idler:",  # the waker ranks higher: to its end
    }


@pytest.mark.parametrize(
    ("program", "depth"),
    [(ordering_error, 1), (atomicity_violation, 2), (crosswise_locks, 2), (half_done, 3)],
)
def test_bugs_are_found_at_least_as_often_as_the_theorem_says(
    run: Run, program: Program, depth: int
) -> None:
    length = run(program).steps
    bound = 1 / (3 * length ** (depth - 1))
    strategies = (Pct(Stream("figure", seed), length, depth=depth) for seed in range(RUNS))
    found = sum(isinstance(run(program, pct).outcome, Failed) for pct in strategies)
    assert RUNS * bound <= found < RUNS


@pytest.mark.parametrize("program", [atomicity_violation, crosswise_locks, half_done])
def test_a_bug_deeper_than_one_is_never_found_without_change_points(
    run: Run, program: Program
) -> None:
    strategies = (Pct(Stream("shallow", seed), LENGTH, depth=1) for seed in range(40))
    assert not any(isinstance(run(program, pct).outcome, Failed) for pct in strategies)


def test_one_change_point_is_too_few_for_a_bug_of_depth_three(run: Run) -> None:
    strategies = (Pct(Stream("two", seed), LENGTH, depth=2) for seed in range(100))
    assert not any(isinstance(run(half_done, pct).outcome, Failed) for pct in strategies)
