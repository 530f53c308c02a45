# SPDX-License-Identifier: GPL-2.0-only
"""Are bursts as long as promised: geometric, eight steps on average, in exact arithmetic?"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from itertools import groupby

import pytest

from harness import Execution, Scheduler, Stream
from harness.engine.threads import Thread
from harness.search.strategies.burst import MEAN, Burst, burst_length

Program = Callable[[Scheduler], None]

WORDS = 1 << 32
LONGEST = burst_length(WORDS - 1)


def longer_than(k: int) -> Fraction:
    """Return the exact probability that a burst is longer than k: lengths grow with the word."""
    return Fraction(WORDS - bisect_right(range(WORDS), k, key=burst_length), WORDS)


def test_every_burst_has_at_least_one_step() -> None:
    assert burst_length(0) == 1
    assert longer_than(0) == 1


def test_a_longer_burst_needs_a_larger_word() -> None:
    stream = Stream("words")
    words = sorted(stream.word() for _ in range(500))
    lengths = [burst_length(word) for word in words]
    assert lengths == sorted(lengths)


def test_lengths_are_geometric_to_the_last_bit() -> None:
    for k in range(LONGEST):
        geometric = Fraction(MEAN - 1, MEAN) ** k
        assert abs(longer_than(k) - geometric) < Fraction(1, WORDS)


def test_the_mean_is_eight() -> None:
    mean = sum((longer_than(k) for k in range(LONGEST)), Fraction(0))
    assert MEAN == 8
    assert abs(mean - MEAN) < Fraction(1, 1_000_000)


@pytest.mark.parametrize(("word", "length"), [(0, 1), (1 << 29, 2), (1 << 31, 6), (WORDS - 1, 128)])
def test_every_python_makes_these_lengths_of_these_words(word: int, length: int) -> None:
    # 1 - 7/8 = 1/8 of the words give 1; (7/8)**5 > 1/2 > (7/8)**6, so the median is 6.
    assert burst_length(word) == length


def test_a_burst_ends_after_its_length_and_not_before() -> None:
    threads = [Thread(role, i, lambda: None) for i, role in enumerate("ab")]
    burst, step, lengths = Burst(Stream("lengths"), 8), 0, []
    burst.begin(threads)
    for _ in range(4000):
        burst.pick(step, threads[0], threads)
        lengths.append(burst.next_point - step)
        step = burst.next_point
    assert min(lengths) == 1
    assert abs(sum(lengths) / len(lengths) - MEAN) < 0.5
    counts = Counter(lengths)
    assert abs(counts[1] / len(lengths) - 1 / MEAN) < 0.02


def test_a_new_burst_may_be_anybodys() -> None:
    threads = [Thread(role, i, lambda: None) for i, role in enumerate("abc")]
    burst = Burst(Stream("anybody"), 8)
    counts = Counter(burst.pick(step, threads[0], threads) for step in range(1500))
    assert all(400 < counts[index] < 600 for index in range(3)), counts


def test_threads_run_in_bursts(
    run: Callable[..., Execution],
    readers: Callable[..., Program],
    story: Callable[[Execution], list[str]],
) -> None:
    lines = story(run(readers(a=400, b=400), Burst(Stream("bursts"), 800)))
    runs = [len(list(group)) for _, group in groupby(line[0] for line in lines)]
    # Half of all bursts go to the thread that had the one before: runs are twice as long.
    assert 10 < sum(runs) / len(runs) < 25
