# SPDX-License-Identifier: GPL-2.0-only
"""list_head: the kernel's intrusive ring, pointer by pointer.

A real ring of next and prev, so that code which gets a pointer wrong is wrong here in the same
way: a head copied by value leaves its neighbours pointing at the original. Deleted nodes are
poisoned, and a walk that meets another head than its own says so. With the guarding lock held the
pointer writes are one step; without it there is a scheduling point between them, where others see
the ring half made. Who holds the lock touches the ring all the same: its steps cannot be exchanged
with those of whoever does without.

Every walk ends. One that has met more entries than there are is in a ring that does not lead back
to its head, which is found; or the ring has changed under it, since entries leave and come back
while the lock is dropped, and there is nothing wrong with meeting one again. What is left is a walk
that puts back what it takes off: no walk meets more entries than an execution may have steps.
"""

import sys
from collections.abc import Callable, Iterator
from typing import NoReturn, TypeVar

from harness.engine import Failure, Operation, Scheduler, model_function, operations
from harness.primitives.list_node import POISON_NEXT, POISON_PREV, Node, Poison
from harness.primitives.spinlock import SpinLock

T = TypeVar("T")

KIND = "list corruption"


class ListHead(Node[T]):
    """The head of a ring.

    Attributes:
        population: how many entries exist at all; no ring is longer.
        guard: the lock under which the ring is changed, None for a ring nobody shares.
        on_add: called with an entry that was just added, for whoever looks on.
    """

    __slots__ = (
        "_changes", "_looks", "_relinks", "_scheduler", "_walks", "guard", "on_add", "population",
    )  # fmt: skip

    def __init__(
        self, scheduler: Scheduler, family: str, instance: str, guard: SpinLock | None = None
    ) -> None:
        super().__init__(None, f"{family}[{instance}]")
        self._scheduler = scheduler
        self.guard = guard
        self.on_add: Callable[[T], None] | None = None
        self.population = 0
        self._walks, self._relinks, self._looks, self._changes = operations(
            family, self.name, "list", "relink", "read", "change"
        )

    def retire(self) -> None:
        """Let go of what refers back here: nobody walks the ring any more."""
        super().retire()
        self.on_add = None

    # Reading.

    @property
    def empty(self) -> bool:
        """Whether nothing is on the list (list_empty)."""
        if self._scheduler.wants_touches:
            self._touch(self._looks)
        return self.next is self

    def is_last(self, node: Node[T]) -> bool:
        """Whether the node is the last of this list (list_is_last)."""
        self._touch(self._looks)
        return node.next is self

    def entries(self) -> Iterator[T]:
        """Walk the list forward, reading each link when it is needed (list_for_each_entry)."""
        guard, scheduler = self.guard, self._scheduler
        node: Node[T] = self
        walked, walked_max = 0, self.population
        while True:
            # Asked before the call: with the lock held, the calls would be most of a walk.
            if guard is not None and (
                guard.owner is not scheduler.current or scheduler.wants_touches
            ):
                self._before_link()
            following = node.next
            if following is self:
                return
            walked += 1
            if following.entry is None:
                self._bad_walk(following, walked, node)
            if walked > walked_max:
                walked_max = self._walks_on(following, walked, node)
            node = following
            yield following.entry

    def entries_safe(self) -> Iterator[T]:
        """Walk the list forward; the entry just yielded may go (list_for_each_entry_safe)."""
        guard, scheduler = self.guard, self._scheduler
        self._before_link()
        before: Node[T] = self
        node = self.next
        walked, walked_max = 0, self.population
        while node is not self:
            walked += 1
            if node.entry is None:
                self._bad_walk(node, walked, before)
            if walked > walked_max:
                walked_max = self._walks_on(node, walked, before)
            following = node.next
            yield node.entry
            if guard is not None and (
                guard.owner is not scheduler.current or scheduler.wants_touches
            ):
                self._before_link()
            before, node = node, following

    def verify(self) -> list[T]:
        """Check that the ring is well formed both ways; return its entries in order."""
        entries: list[T] = []
        node: Node[T] = self
        left = self.population
        while True:
            following = node.next
            if following.prev is not node:
                self._bad_link(node, following)
            if following is self:
                return entries
            entry = following.entry
            if entry is None or not left:
                self._bad_walk(following, self.population - left, node)
            entries.append(entry)
            left -= 1
            node = following

    # Changing.

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
        node.next, node.prev = self, last
        self._unguarded_point()
        self.prev = node
        self._unguarded_point()
        last.next = node
        if self.on_add is not None and node.entry is not None:
            self.on_add(node.entry)

    def delete(self, node: Node[T]) -> None:
        """Take a node off this list and poison it (list_del)."""
        self._change()
        if isinstance(node.next, Poison) or node.next is node:
            self._fail(f"{node.name} is deleted from {self.name} but is on no list", node)
        if node.prev.next is not node or node.next.prev is not node:
            self._bad_link(node, node.next)
        node.next.prev = node.prev
        self._unguarded_point()
        node.prev.next = node.next
        node.next, node.prev = POISON_NEXT, POISON_PREV  # type: ignore[assignment]
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
        """Copy a head by value: two pointers, and nobody who pointed at it is told."""
        self._change()
        other._touch(other._looks)
        self.next, self.prev = other.next, other.prev

    def replace(self, other: "ListHead[T]") -> None:
        """Take the place of another head in its ring (list_replace)."""
        if other.empty:
            self.init()
        else:
            other._change()
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
        if other.empty:
            return
        self._change()
        first, last, end = other.next, other.prev, self.prev
        end.next, first.prev = first, end
        self._unguarded_point()
        last.next, self.prev = self, last
        other.init()

    # What others must not come in between.

    def _touch(self, operation: Operation) -> None:
        if self.guard is not None and self._scheduler.wants_touches:
            self._scheduler.touch(operation)

    def _change(self) -> None:
        guard, scheduler = self.guard, self._scheduler
        if guard is not None and scheduler.wants_touches:
            held = guard.owner is scheduler.current
            scheduler.touch(self._changes if held else self._relinks)

    def _before_link(self) -> None:
        guard, scheduler = self.guard, self._scheduler
        if guard is not None:
            if guard.owner is not scheduler.current:
                scheduler.point(self._walks)
            elif scheduler.wants_touches:
                scheduler.touch(self._looks)

    def _unguarded_point(self) -> None:
        if self.guard is not None and self.guard.owner is not self._scheduler.current:
            self._scheduler.point(self._relinks)

    # Failing.

    def _walks_on(self, node: Node[T], walked: int, before: Node[T]) -> int:
        """Return when a walk is looked at again that has met more entries than there are."""
        ends = all(each.leads_out_within(self.population) for each in (node, self.next))
        if not ends or walked > self._scheduler.steps_max:
            self._bad_walk(node, walked, before)
        return walked + self.population

    def _bad_walk(self, node: Node[T], walked: int, before: Node[T]) -> NoReturn:
        if isinstance(node, Poison):
            self._fail(
                f"the walk of {self.name} runs into {node.name}: a deleted entry's link", before
            )
        if node.entry is None:
            self._fail(f"the walk of {self.name} takes {node.name} for an entry: a list head")
        self._fail(f"the walk of {self.name} does not end after {walked} entries")

    def _bad_link(self, node: Node[T], following: Node[T]) -> NoReturn:
        self._fail(
            f"on {self.name} {node.name} is followed by {following.name}, "
            f"which is preceded by {following.prev.name}"
        )

    def _fail(self, message: str, deleted: Node[T] | None = None) -> NoReturn:
        details: tuple[str, ...] = ()
        if deleted is not None and deleted.deleted is not None:
            by, step, function = deleted.deleted
            here = f"{self._scheduler.current.role} at step {self._scheduler.steps}"
            details = (
                f"used by    {here}: {model_function()}",
                f"{deleted.name} deleted by {by} at step {step}: {function.co_name}",
            )
        self._scheduler.fail(Failure(KIND, message, functions=(model_function(),), details=details))
