# SPDX-License-Identifier: GPL-2.0-only
"""The nodes of a ring: what an entry embeds, and where a deleted one points.

A deleted node is poisoned, as in the kernel: a walk that goes on from it does not get far. Nor does
one from a head that nobody has made a list of yet.
"""

from types import CodeType
from typing import Any, Generic, TypeVar

from harness.engine import Thread

T = TypeVar("T")


class Node(Generic[T]):
    """A link embedded in an entry, or the base of a head.

    Attributes:
        entry: what the node is embedded in; None for a head.
        next: the next node of the ring; the node itself when it is alone.
        prev: the previous node of the ring.
        name: as reports print it.
        deleted: the thread that deleted it last, the step and the function; None if none has.
    """

    __slots__ = ("deleted", "entry", "name", "next", "prev")

    def __init__(self, entry: T | None, name: str) -> None:
        self.entry = entry
        self.name = name
        self.next: Node[T] = self
        self.prev: Node[T] = self
        self.deleted: tuple[Thread, int, CodeType] | None = None

    def __repr__(self) -> str:
        return f"Node({self.name}, {'on a list' if self.linked else 'on no list'})"

    def retire(self) -> None:
        """Release what refers back here: the ring is not walked any more."""
        del self.next, self.prev, self.entry

    @property
    def linked(self) -> bool:
        """Whether the node is on some list."""
        following = self.next
        return following is not self and following is not POISON_NEXT

    def leads_out_within(self, entries: int) -> bool:
        """Whether the links from here come to a head, or to poison, after so many entries."""
        node: Node[T] = self
        while node.entry is not None:
            if not entries:
                return False
            entries -= 1
            node = node.next
        return True


class Poison(Node[T]):
    """Where links point that lead nowhere."""


POISON_NEXT: Poison[Any] = Poison(None, "LIST_POISON1")
POISON_PREV: Poison[Any] = Poison(None, "LIST_POISON2")
NO_LIST_YET: Poison[Any] = Poison(None, "NULL")
"""Where the links of a head point before its init()."""
