# SPDX-License-Identifier: GPL-2.0-only
"""list_head: the kernel's intrusive ring, pointer by pointer.

A real ring of next and prev, so that code which gets a pointer wrong is wrong here in the same way:
a head copied by value leaves its neighbours pointing at the original. Deleted nodes are poisoned, a
walk that meets another head than its own says so, and a head is no list before its init(). With the
guarding lock held the pointer writes are one step; without it there is a scheduling point between
them, where others see the ring half made. A holder of the lock touches the ring all the same: its
steps cannot be exchanged with those of a thread that does without.

How it is read is in list_walk.py: every walk ends.
"""

import sys
from collections.abc import Callable
from typing import TypeVar

from harness.engine import Scheduler
from harness.primitives.list_node import NO_LIST_YET, POISON_NEXT, POISON_PREV, Node, Poison
from harness.primitives.list_walk import ListWalks
from harness.primitives.spinlock import SpinLock

T = TypeVar("T")


class ListHead(ListWalks[T]):
    """The head of a ring, which has to be made one by init() first.

    Attributes:
        on_add: called with an entry that was just added.
    """

    __slots__ = ("on_add",)

    def __init__(
        self, scheduler: Scheduler, family: str, instance: str, guard: SpinLock | None = None
    ) -> None:
        """Make a head that is no list yet: `init` is still to be called, as INIT_LIST_HEAD is.

        Args:
            scheduler: the execution's scheduler.
            family: what it lists, as reports print it.
            instance: its number, as reports print it.
            guard: the lock under which it is changed, None for a ring nobody shares.
        """
        super().__init__(scheduler, family, instance, guard)
        self.next = self.prev = NO_LIST_YET
        self.on_add: Callable[[T], None] | None = None

    def retire(self) -> None:
        """Release what refers back here: the ring is not walked any more."""
        super().retire()
        self.on_add = None

    def init(self) -> None:
        """Make the list empty, whatever was on it (INIT_LIST_HEAD)."""
        self._change()
        self.next = self.prev = self

    def add_tail(self, node: Node[T]) -> None:
        """Append a node (list_add_tail)."""
        if node.linked:
            self._fail(f"{node.name} is added to {self.name} while it is on a list")
        self._change()
        last = self.prev
        if last is NO_LIST_YET:
            self._no_list_yet()
        node.next, node.prev = self, last
        self._unguarded_point()
        self.prev = node
        self._unguarded_point()
        last.next = node
        if self.on_add is not None and node.entry is not None:
            self.on_add(node.entry)

    def delete(self, node: Node[T]) -> None:
        """Take a node off this list and poison it (list_del)."""
        self._ring_of(node)._change()
        if isinstance(node.next, Poison) or node.next is node:
            self._fail(f"{node.name} is deleted from {self.name} but is on no list", node)
        if node.prev.next is not node or node.next.prev is not node:
            self._bad_link(node, node.next)
        node.next.prev = node.prev
        self._unguarded_point()
        node.prev.next = node.next
        node.next, node.prev = POISON_NEXT, POISON_PREV
        scheduler = self._scheduler
        node.deleted = scheduler.current, scheduler.steps, sys._getframe(1).f_code

    def reorder(self, entries: list[Node[T]]) -> None:
        """Relink the ring in this order, as a sort does; the guard is held."""
        self._change()
        node: Node[T] = self
        for following in entries:
            node.next, following.prev = following, node
            node = following
        node.next, self.prev = self, node

    def copy_from(self, other: "ListHead[T]") -> None:
        """Copy a head by value: two pointers; what points at the other head still does."""
        self._change()
        other._touch(other._looks)
        self.next, self.prev = other.next, other.prev

    def replace(self, other: "ListHead[T]") -> None:
        """Take the place of another head in its ring (list_replace)."""
        if other.empty:
            self.init()
        else:
            other._change()
            other._needs_init()
            self.copy_from(other)
            self.next.prev = self
            self._unguarded_point()
            self.prev.next = self

    def cut_position(self, other: "ListHead[T]", last: Node[T]) -> None:
        """Move the other list's entries up to and with `last` to this one (list_cut_position)."""
        if other.empty:
            return
        if last is other:
            self.init()
            return
        self._change()
        other._change()
        other._needs_init()
        following = last.next
        self.next = other.next
        self.next.prev = self
        self.prev = last
        last.next = self
        self._unguarded_point()
        other.next = following
        following.prev = other

    def splice_tail_init(self, other: "ListHead[T]") -> None:
        """Move all of the other list's entries to the end of this one (list_splice_tail_init)."""
        if not other.empty:
            self.splice_tail(other)
            other.init()

    def splice_tail(self, other: "ListHead[T]") -> None:
        """Move them likewise, and leave the other head pointing at them (list_splice_tail)."""
        if other.empty:
            return
        self._change()
        self._needs_init()
        other._needs_init()
        first, last, end = other.next, other.prev, self.prev
        end.next, first.prev = first, end
        self._unguarded_point()
        last.next, self.prev = self, last

    # What others must not come in between.

    def _ring_of(self, node: Node[T]) -> "ListHead[T]":
        """Return the head that a node's links lead to, which need not be this one."""
        if self._scheduler.wants_touches:
            for _ in range(self.population):
                node = node.next
                if isinstance(node, ListHead):
                    return node
        return self

    def _change(self) -> None:
        guard, scheduler = self.guard, self._scheduler
        if guard is not None and scheduler.wants_touches:
            held = guard.owner is scheduler.current
            scheduler.touch(self._changes if held else self._relinks)

    def _unguarded_point(self) -> None:
        if self.guard is not None and self.guard.owner is not self._scheduler.current:
            self._scheduler.point(self._relinks)
