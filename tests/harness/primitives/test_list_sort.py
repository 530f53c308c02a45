# SPDX-License-Identifier: GPL-2.0-only
"""Is list_sort stable, right, and choosy about what it compares in the same way everywhere?

The pinned comparisons are worked out by hand from the design of the kernel's sort: equally long
runs are merged when as many elements have come after them, what is left over from the newest.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.primitives import list_sort

Comparison = tuple[int, int]


def comparisons(items: list[int]) -> list[Comparison]:
    made: list[Comparison] = []

    def compare(first: int, second: int) -> int:
        made.append((first, second))
        return first - second

    assert list_sort(items, compare) == sorted(items)
    return [each for each in made if each[0] != each[1]]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers()), max_size=40))
@settings(max_examples=120, deadline=None)
def test_it_sorts_any_list_and_keeps_the_order_of_equals(items: list[tuple[int, int]]) -> None:
    in_order = list_sort(items, lambda a, b: a[0] - b[0])
    assert in_order == sorted(items, key=lambda item: item[0])


@given(st.lists(st.integers(), max_size=40))
@settings(max_examples=60, deadline=None)
def test_a_comparator_that_says_one_and_zero_is_enough(items: list[int]) -> None:
    assert list_sort(items, lambda a, b: int(a > b)) == sorted(items)


@given(st.lists(st.integers(), max_size=40))
@settings(max_examples=60, deadline=None)
def test_what_is_sorted_is_left_as_it_was(items: list[int]) -> None:
    before = list(items)
    list_sort(items, lambda a, b: a - b)
    assert items == before


@given(st.lists(st.integers(0, 3), max_size=40))
@settings(max_examples=60, deadline=None)
def test_the_earlier_element_is_always_the_first_argument(values: list[int]) -> None:
    items = list(enumerate(values))

    def compare(first: tuple[int, int], second: tuple[int, int]) -> int:
        assert first[0] < second[0] or first is second
        return first[1] - second[1]

    list_sort(items, compare)


@pytest.mark.parametrize("items", [[], [7]])
def test_nothing_to_sort_compares_nothing(items: list[int]) -> None:
    assert comparisons(items) == []


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([1, 2], [(1, 2)]),
        ([2, 1], [(2, 1)]),
        ([3, 1, 2], [(3, 1), (1, 2), (3, 2)]),
        ([4, 3, 2, 1], [(4, 3), (2, 1), (3, 1), (3, 2)]),
        ([1, 2, 3, 4, 5], [(1, 2), (3, 4), (3, 5), (4, 5), (1, 3), (2, 3)]),
        (
            [6, 5, 4, 3, 2, 1],
            # 6|5 before the third comes, 4|3 before the fifth, 56|34 before the sixth; then what
            # is left from the newest: 2|1, 3456|12.
            [(6, 5), (4, 3), (5, 3), (5, 4), (2, 1), (3, 1), (3, 2)],
        ),
    ],
)
def test_every_python_makes_these_comparisons(items: list[int], expected: list[Comparison]) -> None:
    assert comparisons(items) == expected


@pytest.mark.parametrize(("items", "with_itself"), [([7], []), ([2, 1], [2]), ([5, 9, 7], [9])])
def test_an_element_is_compared_with_itself_once_all_are_merged(
    items: list[int], with_itself: list[int]
) -> None:
    made: list[Comparison] = []

    def compare(first: int, second: int) -> int:
        made.append((first, second))
        return first - second

    list_sort(items, compare)
    assert [a for a, b in made if a == b] == with_itself
    assert made[-1:] == [(a, a) for a in with_itself], "nothing is left to merge"


def test_what_a_comparison_with_itself_answers_changes_nothing() -> None:
    assert list_sort([3, 1, 2], lambda a, b: a - b or 1) == [1, 2, 3]


def test_a_comparator_that_raises_ends_the_sort() -> None:
    def refuse(first: int, second: int) -> int:
        raise ValueError(first, second)

    with pytest.raises(ValueError, match="2, 1"):
        list_sort([2, 1], refuse)
