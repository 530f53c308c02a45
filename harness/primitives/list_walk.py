# SPDX-License-Identifier: GPL-2.0-only
"""The walks of a list, each of which ends, and what is wrong with a ring that it meets.

A walk that has met more entries than there are is in a ring that does not lead back to its head,
which is a failure; or the ring has changed under it, since entries leave and come back while the
lock is dropped, and there is nothing wrong with meeting one again. What is left is a walk that puts
back what it takes off: no walk meets more entries than an execution may have steps.
"""

from collections.abc import Iterator
from typing import NoReturn, TypeVar

from harness.engine import Failure, Operation, Scheduler, model_function, operations
from harness.primitives.list_node import NO_LIST_YET, Node, Poison
from harness.primitives.spinlock import SpinLock

T = TypeVar("T")

KIND = "list corruption"

_SHOWN_MAX = 20


class ListWalks(Node[T]):
    """What can be asked of the ring that a head is in.

    Attributes:
        population: how many entries exist at all; no ring is longer.
        guard: the lock under which the ring is changed, None for a ring nobody shares.
    """

    __slots__ = (
        "_changes", "_looks", "_relinks", "_scheduler", "_walks", "guard", "population",
    )  # fmt: skip

    def __init__(
        self, scheduler: Scheduler, family: str, instance: str, guard: SpinLock | None = None
    ) -> None:
        super().__init__(None, f"{family}[{instance}]")
        self._scheduler = scheduler
        self.guard = guard
        self.population = 0
        self._walks, self._relinks, self._looks, self._changes = operations(
            family, self.name, "list", "relink", "read", "change"
        )

    def __repr__(self) -> str:
        names: list[str] = []
        node = self.next
        while node is not self and not isinstance(node, Poison) and len(names) < _SHOWN_MAX:
            names.append(node.name)
            node = node.next
        return f"{type(self).__name__}({self.name}: {' '.join(names) or 'empty'})"

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

    def is_longer_than(self, length: int) -> bool:
        """Whether the list has more entries than that, with its guard held (list_count_nodes)."""
        self._touch(self._looks)
        node = self.next
        for _ in range(length):
            if node is self:
                return False
            node = node.next
        return node is not self

    def entries(self) -> Iterator[T]:
        """Walk the list forward, reading each link when it is needed (list_for_each_entry)."""
        node: Node[T] = self
        walked, walked_max = 0, self.population
        while True:
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

    def nodes(self, after: Node[T] | None = None) -> Iterator[Node[T]]:
        """Walk the list forward without a look at what is met, which `entry_of` takes.

        Args:
            after: where to go on (list_for_each_entry_continue), None for the list's beginning.
        """
        node: Node[T] = self if after is None else after
        walked, walked_max = 0, self.population
        while True:
            self._before_link()
            following = node.next
            if following is self:
                return
            walked += 1
            if walked > walked_max:
                walked_max = self._walks_on(following, walked, node)
            node = following
            yield node

    def entry_of(self, node: Node[T]) -> T:
        """Return what a node met on a walk of this list is the link of (list_entry)."""
        if node.entry is None:
            self._bad_walk(node, 1, node)
        return node.entry

    def entries_safe(self) -> Iterator[T]:
        """Walk the list forward; the entry just yielded may go (list_for_each_entry_safe)."""
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

    # What others must not come in between.

    def _touch(self, operation: Operation) -> None:
        if self.guard is not None and self._scheduler.wants_touches:
            self._scheduler.touch(operation)

    def _before_link(self) -> None:
        guard, scheduler = self.guard, self._scheduler
        if guard is not None:
            if guard.owner is not scheduler.current:
                scheduler.point(self._walks)
                if scheduler.wants_touches:
                    scheduler.touch(self._walks)
            elif scheduler.wants_touches:
                scheduler.touch(self._looks)

    # Failing.

    def _needs_init(self) -> None:
        if self.next is NO_LIST_YET:
            self._no_list_yet()

    def _no_list_yet(self) -> NoReturn:
        self._fail(f"{self.name} is used before its init(): INIT_LIST_HEAD has to come first")

    def _walks_on(self, node: Node[T], walked: int, before: Node[T]) -> int:
        """Return when a walk is looked at again that has met more entries than there are."""
        ends = all(each.leads_out_within(self.population) for each in (node, self.next))
        if not ends or walked > self._scheduler.steps_max:
            self._bad_walk(node, walked, before)
        return walked + self.population

    def _bad_walk(self, node: Node[T], walked: int, before: Node[T]) -> NoReturn:
        self._needs_init()
        if isinstance(node, Poison):
            self._fail(
                f"the walk of {self.name} runs into {node.name}: a deleted entry's link", before
            )
        if node.entry is None:
            self._fail(f"the walk of {self.name} takes {node.name} for an entry: a list head")
        self._fail(f"the walk of {self.name} does not end after {walked} entries")

    def _bad_link(self, node: Node[T], following: Node[T]) -> NoReturn:
        self._needs_init()
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
