# SPDX-License-Identifier: GPL-2.0-only
"""Lock order in lockdep's manner: an order that could deadlock is reported when it is first seen.

Locks belong to classes; a nested acquisition of the same class is annotated with a subclass. Each
time a lock is taken with others held, "held before wanted" becomes an edge between their classes.
An edge that closes a cycle is a failure even if no execution hung. In which context a class is
taken, in an interrupt handler or with interrupts on, is a bit like a held class, and judged
together with the edges (usage.py), and so is how its locks are waited for (wait_types.py).
What is known already costs one comparison of bit sets.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from harness.detectors.lock_order.graph import Learned, path_between
from harness.detectors.lock_order.told import inversion, nesting, recursion
from harness.detectors.lock_order.usage import Usages
from harness.detectors.lock_order.wait_types import WaitTypes
from harness.engine import (
    CONTEXT,
    IN_IRQ,
    IRQS_ON,
    Lock,
    Operation,
    Scheduler,
    Thread,
    model_function,
)
from harness.primitives import LockClass, WaitType

SUBCLASSES = 8
_FIRST = CONTEXT + 1
"""The bit of the first class: those below are contexts."""
_ALL = (1 << SUBCLASSES) - 1
"""The bits of all subclasses of a class, from its first."""

LEARN = Operation("learn", "lock order", "lock order")
"""What is learned is one object to every thread: a search has to try both ways round.

In which context a lock is taken is left out: an inversion is found in either order, and to
take a lock for the first time would be a conflict with all other threads.
"""


class _Edge(NamedTuple):
    """Who first took `after` while holding `before`, both as bits, and in which function."""

    before: int
    after: int
    role: str
    function: str

    def learned(self, name: Callable[[int], str]) -> Learned:
        """Return it with its classes' names."""
        return Learned(name(self.before), name(self.after), self.role, self.function)


class LockOrder:
    """The lock classes of one execution and the orders in which they were taken.

    Attributes:
        news: for each class, by its bit, what it would be news to be in or to hold when it is
            taken: contexts and classes as bits.
    """

    def __init__(self, scheduler: Scheduler, *, checking: bool = True) -> None:
        """Begin with no classes and no orders.

        Args:
            scheduler: the execution's scheduler.
            checking: report what could deadlock; without it only a real deadlock is one.
        """
        self.scheduler = scheduler
        self._checking = checking
        self.news: defaultdict[int, int] = defaultdict(lambda: -1)
        self._before: defaultdict[int, int] = defaultdict(int)
        self._classes: tuple[str, ...] = ()
        self._usages = Usages()
        self._waits = WaitTypes()
        self._edges: dict[tuple[int, int], _Edge] = {}

    def lock_class(
        self, name: str, *, irqs_off: bool = False, sleeps_on_rt: bool = False
    ) -> LockClass:
        """Add a class of locks.

        Args:
            name: as the kernel calls it.
            irqs_off: its locks are taken with local interrupts off only.
            sleeps_on_rt: its spinlocks are spinlock_t, which sleep on a PREEMPT_RT kernel, and not
                raw_spinlock_t. Locks of other kinds say it of themselves.
        """
        bit = _FIRST << SUBCLASSES * len(self._classes)
        self._classes += (name,)
        added = LockClass(name, bit, irqs_off)
        return self.waits_as(added, WaitType.CONFIG) if sleeps_on_rt else added

    def waits_as(self, lock_class: LockClass, wait_type: WaitType) -> LockClass:
        """Note that a class is waited for otherwise than by spinning; return it with that."""
        self._waits.note(lock_class.bit * _ALL, wait_type)
        return lock_class._replace(wait_type=wait_type)

    def _name(self, bit: int) -> str:
        """Return the name of a class, with its subclass."""
        return _class_name(self._classes, bit)

    def learned(self) -> tuple[Learned, ...]:
        """Return the orders that this execution has shown, and those that are documented."""
        return tuple([edge.learned(self._name) for edge in self._edges.values()])

    def document(self, outer: LockClass, inner: LockClass) -> None:
        """State that `outer` is taken before `inner`, as the code's own documentation does."""
        self._know(inner.bit, outer.bit)
        self._edges[outer.bit, inner.bit] = _Edge(
            outer.bit, inner.bit, "", "the documented lock order"
        )

    def learn(self, me: Thread, lock: Lock, bit: int) -> None:
        """Add what is new about taking this lock now; fail if it closes a cycle.

        Args:
            me: the thread that wants the lock.
            lock: the lock.
            bit: its class and subclass.
        """
        if not self._checking:
            return
        if bit & self._waits.sleepers and (refusal := self._waits.refusal(me, lock, bit)):
            self.scheduler.fail(refusal)
        if me.chain & bit:
            self.scheduler.fail(recursion(me, lock, bit, self._name(bit)))
        new = me.chain & ~self._before[bit]
        if not new:
            return
        context = new & CONTEXT
        if new != context:
            self.scheduler.touch(LEARN)
        for held in _bits(new ^ context):
            path = self._path(bit, held)
            if path:
                names = self._name(held), self._name(bit)
                chain = [edge.learned(self._name) for edge in path]
                self.scheduler.fail(inversion(me, lock, held, names, chain))
            self._know(bit, held)
            self._edges[held, bit] = _Edge(held, bit, me.role, model_function())
        self._know(bit, context)
        self._usages.learn(bit, context, me, lock.name)
        self._check_usages()

    def used_with_irqs_on(self, me: Thread, lock: Lock, bit: int) -> None:
        """Note that interrupts are on while a lock is held."""
        if self._checking and not self._before[bit] & IRQS_ON:
            self._know(bit, IRQS_ON)
            self._usages.learn(bit, IRQS_ON, me, lock.name)
            self._check_usages()

    def _know(self, bit: int, before: int) -> None:
        """Note that these, classes or a context, come before a class.

        A class of its own and an interrupted thread's stay news: it may be the same lock. So does
        what spins before what sleeps on PREEMPT_RT: to document an order does not make it right.
        """
        self._before[bit] |= before
        number = (bit // _FIRST).bit_length() - 1
        own = _FIRST * _ALL << number // SUBCLASSES * SUBCLASSES
        self.news[bit] = ~self._before[bit] | own | IN_IRQ
        if bit & self._waits.sleepers:
            self.news[bit] |= ~self._waits.sleepers & ~CONTEXT

    def _check_usages(self) -> None:
        """Fail if a class taken in an interrupt handler leads to one taken with interrupts on."""
        for safe, unsafe in self._usages.pairs():
            path = self._path(safe, unsafe)
            if safe == unsafe or path:
                chain = tuple(str(edge.learned(self._name)) for edge in path)
                names = self._name(safe), self._name(unsafe)
                self.scheduler.fail(self._usages.inversion(safe, unsafe, names, chain))

    def nest(self, me: Thread, lock: Lock, subclass: int) -> None:
        """Fail if a nested lock ranks below one of its class that the thread holds already.

        Subclasses alone do not show that two threads nest the same pair both ways round.

        Raises:
            ValueError: there is no such subclass.
        """
        if not 0 < subclass < SUBCLASSES:
            raise ValueError(f"a lock subclass is from 0 to {SUBCLASSES - 1}, not {subclass}")
        if not self._checking or lock.rank is None:
            return
        for held in me.held:
            if held.rank is not None and held.rank >= lock.rank:
                self.scheduler.fail(nesting(me, lock, held))

    def _path(self, start: int, goal: int) -> list[_Edge]:
        """Return edges that lead from start to goal, [] if there are none."""
        edges = ((edge.before, edge.after, edge) for edge in self._edges.values())
        return path_between(edges, start, goal)


@cache
def _class_name(classes: tuple[str, ...], bit: int) -> str:
    number, subclass = divmod((bit // _FIRST).bit_length() - 1, SUBCLASSES)
    return f"{classes[number]}/{subclass}" if subclass else classes[number]


def _bits(mask: int) -> Iterator[int]:
    while mask:
        bit = mask & -mask
        yield bit
        mask ^= bit
