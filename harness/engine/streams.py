# SPDX-License-Identifier: GPL-2.0-only
"""Labelled streams: where every random choice of an execution comes from.

All nondeterminism is "pick an integer in range(n)", and each thing that picks has a stream of
its own, named by labels: seed, scenario, execution, and what is being drawn. So adding a
parameter does not re-roll the schedule, execution 17 needs none of the sixteen before it, and
every Python draws the same numbers: the bytes are SHAKE-128 of the labels, nothing else.
"""

import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import shake_128
from itertools import chain, count
from typing import TypeVar

T = TypeVar("T")

_BLOCK_BYTES = 128


def _key(labels: Sequence[str | int]) -> bytes:
    # The length before each label keeps ("ab", "c") and ("a", "bc") apart.
    return "".join([f"{len(text)}:{text}," for text in map(str, labels)]).encode()


@lru_cache(maxsize=1024)
def _label_key(label: str) -> bytes:
    """Return the key of one label; every execution draws from streams of the same few."""
    return _key((label,))


def _blocks(key: bytes) -> Iterator[Iterable[int]]:
    """Yield the stream's 32-bit words, a block at a time: of most streams one is enough."""
    for number in count():
        words = array("I", shake_128(key + b"#%d" % number).digest(_BLOCK_BYTES))
        if sys.byteorder == "big":
            words.byteswap()
        yield words


class Stream:
    """An endless sequence of choices fixed by its labels.

    Guarantees: equal labels give equal choices on every Python and every machine; a stream is
    touched by nothing but its own picks.

    Attributes:
        word: returns the next 32 bits as an integer.
    """

    __slots__ = ("word",)

    def __init__(self, *labels: str | int) -> None:
        self._begin(_key(labels))

    def _begin(self, key: bytes) -> None:
        self.word: Callable[[], int] = chain.from_iterable(_blocks(key)).__next__

    def pick(self, n: int) -> int:
        """Pick an integer in range(n); n is at least 1 and at most 2**32."""
        return self.word() * n >> 32

    def between(self, low: int, high: int) -> int:
        """Pick an integer from low to high, both included."""
        return low + (self.word() * (high - low + 1) >> 32)

    def choose(self, items: Sequence[T]) -> T:
        """Pick one of the items."""
        return items[self.word() * len(items) >> 32]

    def choose_each(self, items: Sequence[T], count: int) -> list[T]:
        """Pick one of the items so many times."""
        word, n = self.word, len(items)
        return [items[word() * n >> 32] for _ in range(count)]

    def chance(self, per_cent: int) -> bool:
        """Answer True in that many of a hundred cases."""
        return self.word() * 100 >> 32 < per_cent


class Streams:
    """The streams of one execution: the same first labels, one last label each."""

    __slots__ = ("_key",)

    def __init__(self, *labels: str | int) -> None:
        self._key = _key(labels)

    def stream(self, label: str) -> Stream:
        """Return the stream with this label, from its beginning."""
        stream = Stream.__new__(Stream)
        stream._begin(self._key + _label_key(label))
        return stream
