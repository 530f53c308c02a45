# SPDX-License-Identifier: GPL-2.0-only
"""Can a random walk go every way through a program, each turn about as likely as another?"""

from collections import Counter
from collections.abc import Callable
from math import comb

from harness import Cell, Execution, Scheduler, Stream
from harness.engine.threads import Thread
from harness.search.strategies.random_walk import RandomWalk

Run = Callable[..., Execution]


def interleaving(run: Run, seed: int, operations: int) -> str:
    """Run two threads of so many operations and return who did them, in order."""
    done: list[str] = []

    def program(scheduler: Scheduler) -> None:
        def body_of(role: str) -> Callable[[], None]:
            cell = Cell(scheduler, "cell", role, 0)

            def body() -> None:
                for _ in range(operations):
                    cell.read()
                    done.append(role)

            return body

        for role in "ab":
            scheduler.thread(role, body_of(role))

    run(program, RandomWalk(Stream("walk", seed), 8))
    return "".join(done)


def test_it_reaches_every_interleaving_of_a_tiny_program(run: Run) -> None:
    seen = {interleaving(run, seed, 3) for seed in range(300)}
    assert len(seen) == comb(6, 3)


def test_every_enabled_thread_is_about_as_likely_to_go() -> None:
    threads = [Thread(role, i, lambda: None) for i, role in enumerate("abcd")]
    walk = RandomWalk(Stream("fair"), 8)
    walk.begin(threads)
    counts = Counter(walk.pick(step, threads[0], threads) for step in range(2000))
    assert set(counts) == {0, 1, 2, 3}
    assert all(400 < count < 600 for count in counts.values()), counts


def test_a_choice_of_one_draws_nothing() -> None:
    threads = [Thread(role, i, lambda: None) for i, role in enumerate("abcd")]
    with_single, without = RandomWalk(Stream("one"), 8), RandomWalk(Stream("one"), 8)
    picks = []
    for step in range(50):
        assert with_single.pick(step, threads[0], threads[:1]) == 0
        picks.append(with_single.pick(step, threads[0], threads))
    assert picks == [without.pick(step, threads[0], threads) for step in range(50)]
