# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's list_sort: stable, bottom-up, and choosy about what it compares with what.

Comparing takes locks in the model, so the order of comparisons is part of the schedule:
`sorted` with a comparator compares in another order on 3.13 than on 3.11. After the design of
lib/list_sort.c: runs of power-of-two lengths wait until there is a third as long, so that two
runs are merged only when at least as many elements have come after them.
"""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def list_sort(items: list[T], compare: Callable[[T, T], int]) -> list[T]:
    """Return the items in order.

    Args:
        items: what to sort, left as it is.
        compare: above 0 if its first argument belongs behind the second, else at most 0. It is
            called with the same element twice whenever all are merged: the kernel's sort does that
            too, on long lists, so that the comparator can give way. The answer is not looked at.
    """
    runs: list[list[T]] = []  # oldest first
    for count, item in enumerate(items):
        # The lowest zero bit of count names the two runs that are as long as each other and
        # have been matched by as many elements since; a count of all ones has no such pair.
        newest = len(runs)
        bits = count
        while bits & 1:
            newest -= 1
            bits >>= 1
        if bits:
            runs[newest - 2 : newest] = [_merge(runs[newest - 2], runs[newest - 1], compare)]
        runs.append([item])
    while len(runs) > 1:
        later = runs.pop()
        runs[-1] = _merge(runs[-1], later, compare)
    if len(items) > 1:
        compare(runs[0][-1], runs[0][-1])
    return runs[0] if runs else []


def _merge(first: list[T], second: list[T], compare: Callable[[T, T], int]) -> list[T]:
    """Merge two runs; of equals the one from the first run comes first."""
    merged = []
    i = j = 0
    while True:
        if compare(first[i], second[j]) <= 0:
            merged.append(first[i])
            i += 1
            if i == len(first):
                return merged + second[j:]
        else:
            merged.append(second[j])
            j += 1
            if j == len(second):
                return merged + first[i:]
