# SPDX-License-Identifier: GPL-2.0-only
"""Are labelled streams independent of each other, repeatable, in range, and alike everywhere?"""

from hashlib import blake2b

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Stream, Streams

LABELS = (7, "demo", 17, "schedule")


def picks(stream: Stream, count: int = 32) -> list[int]:
    return [stream.pick(1000) for _ in range(count)]


def test_equal_labels_give_equal_choices() -> None:
    assert picks(Stream(*LABELS)) == picks(Stream(*LABELS))


@pytest.mark.parametrize(
    "labels",
    [
        (8, "demo", 17, "schedule"),
        (7, "other", 17, "schedule"),
        (7, "demo", 18, "schedule"),
        (7, "demo", 17, "param:nr_lr"),
    ],
)
def test_a_change_of_any_one_label_gives_other_choices(labels: tuple[str | int, ...]) -> None:
    assert picks(Stream(*labels)) != picks(Stream(*LABELS))


def test_where_one_label_ends_and_the_next_begins_matters() -> None:
    assert picks(Stream("ab", "c")) != picks(Stream("a", "bc"))
    assert picks(Stream("a,1:b")) != picks(Stream("a", "b"))
    assert picks(Stream("a", "")) != picks(Stream("a"))


def test_a_stream_is_touched_by_nothing_but_its_own_picks() -> None:
    alone = picks(Stream(*LABELS))
    stream, other = Stream(*LABELS), Stream(7, "demo", 17, "vcpu1:program")
    beside = []
    for _ in alone:
        other.pick(3)
        beside.append(stream.pick(1000))
    assert beside == alone


def test_the_streams_of_an_execution_differ_by_their_last_label_only() -> None:
    streams = Streams(7, "demo", 17)
    assert picks(streams.stream("schedule")) == picks(Stream(*LABELS))


@given(st.lists(st.integers(), min_size=1), st.integers(0, 40))
def test_to_choose_each_is_to_choose_so_many_times(items: list[int], count: int) -> None:
    one_by_one = Stream(*LABELS)
    at_once = Stream(*LABELS)
    assert at_once.choose_each(items, count) == [one_by_one.choose(items) for _ in range(count)]
    assert at_once.word() == one_by_one.word()


def test_a_stream_asked_for_twice_starts_from_its_beginning() -> None:
    streams = Streams(7, "demo", 17)
    assert picks(streams.stream("schedule")) == picks(streams.stream("schedule"))


@given(st.integers(1, 2**32), st.integers(0, 2**64))
@settings(max_examples=60, deadline=None)
def test_pick_stays_in_range(n: int, seed: int) -> None:
    stream = Stream(seed, "range")
    assert all(0 <= stream.pick(n) < n for _ in range(20))


@given(st.integers(-1000, 1000), st.integers(0, 1000), st.integers(0, 2**64))
@settings(max_examples=60, deadline=None)
def test_between_stays_between_its_bounds(low: int, more: int, seed: int) -> None:
    stream = Stream(seed, "between")
    assert all(low <= stream.between(low, low + more) <= low + more for _ in range(20))


def test_between_reaches_both_bounds() -> None:
    stream = Stream("bounds")
    assert {stream.between(3, 5) for _ in range(60)} == {3, 4, 5}


def test_every_choice_is_about_as_likely() -> None:
    stream = Stream("fair")
    counts = [0] * 8
    for _ in range(4000):
        counts[stream.pick(8)] += 1
    assert all(400 < count < 600 for count in counts), counts


def test_choose_takes_each_of_the_items() -> None:
    stream = Stream("choose")
    assert {stream.choose("abc") for _ in range(60)} == set("abc")


def test_a_chance_of_nothing_never_comes_and_one_of_a_hundred_always() -> None:
    stream = Stream("chance")
    assert not any(stream.chance(0) for _ in range(100))
    assert all(stream.chance(100) for _ in range(100))


def test_a_chance_of_thirty_comes_in_about_thirty_of_a_hundred() -> None:
    stream = Stream("thirty")
    assert 250 < sum(stream.chance(30) for _ in range(1000)) < 350


# Pinned: a Python, a platform or an edit that draws other numbers kills every seed and token.


def test_every_python_draws_these_picks() -> None:
    stream = Stream(*LABELS)
    assert [stream.pick(6) for _ in range(12)] == [0, 4, 5, 4, 2, 3, 5, 0, 1, 1, 2, 4]


def test_every_python_draws_these_numbers_between_bounds() -> None:
    stream = Stream(*LABELS)
    assert [stream.between(-3, 3) for _ in range(8)] == [-3, 2, 2, 2, -1, 0, 3, -3]


def test_every_python_chooses_these_items() -> None:
    stream = Stream(*LABELS)
    assert "".join(stream.choose("abcdefghij") for _ in range(12)) == "bhihdfjadcdh"


def test_every_python_draws_the_same_thousand_words() -> None:
    stream = Stream(*LABELS)
    words = b"".join(stream.word().to_bytes(4, "little") for _ in range(1000))
    assert blake2b(words, digest_size=8).hexdigest() == "32d6038cc9b8b1e5"
