# SPDX-License-Identifier: GPL-2.0-only
"""Modelled threads and the operations they publish.

A thread is known by its role (`vcpu1`, `dev0`) and never renumbered. Before the scheduler chooses
who goes next, the thread publishes the operation it is about to do; whether a thread can proceed
is read off that operation's gate.
"""

from collections.abc import Callable
from functools import cache
from types import CodeType
from typing import Protocol


class Gate:
    """What an operation may have to wait for; a primitive derives from it.

    Attributes:
        shut: nobody passes while this is true.
        idle: waiting here means having nothing to do, not being stuck.
        spins: who waits here looks again and again.
        armed: a timer runs, and who waits here to fire goes on when its time is up.
    """

    __slots__ = ()

    shut: bool
    idle: bool = False
    spins: bool = False
    armed: bool = False

    @property
    def holder(self) -> "Thread | None":
        """The thread that has to go on before it opens, None if it could be any."""
        return None

    def describe_wait(self) -> str:
        """Say what a thread that waits here is waiting for."""
        raise NotImplementedError

    def lost_wake_up(self) -> tuple[str, ...]:
        """Return how the wake-up was lost that a thread waits for here, () if none was."""
        return ()

    def look_again(self) -> bool:
        """Open once more, if that could help where nobody can go on; return whether it is open."""
        return False

    def last_wake_up(self) -> tuple[str, ...]:
        """Return whom the last wake-up here went to and what they did with it, () if unknown."""
        return ()


class Lock(Protocol):
    """A lock that a thread can hold.

    Attributes:
        name: the lock with its number, as reports print it.
        held_bit: the class and subclass it was last taken as, see harness.detectors.lock_order.
        rank: its place among the locks of its class, None if they have none.
        sleeps: a waiter sleeps, and a holder may sleep while it holds it.
    """

    name: str
    held_bit: int
    rank: int | None
    sleeps: bool

    def kept_with_irqs_on(self, me: "Thread") -> None:
        """The holder turns local interrupts on while it holds this."""


class Interrupt(Protocol):
    """Something that runs on top of threads."""

    def look(self, me: "Thread") -> None:
        """Run on top of a thread what is due there, if anything is."""


class Operation:
    """One kind of thing done to one object: what a thread publishes at a scheduling point.

    Attributes:
        kind: `lock`, `read`, `write`, ...
        lock_class: the object's lock class or family, without its number.
        name: the object with its number, as reports print it.
        gate: what must be open for the operation to go ahead, or None.
    """

    __slots__ = ("gate", "kind", "lock_class", "name")

    def __init__(self, kind: str, lock_class: str, name: str, gate: Gate | None = None) -> None:
        self.kind = kind
        self.lock_class = lock_class
        self.name = name
        self.gate = gate

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" if self.name else self.kind

    def __repr__(self) -> str:
        return f"Operation({self})"


@cache
def operation(kind: str, lock_class: str, name: str) -> Operation:
    """Return an operation that waits for nothing: a value, shared by all executions."""
    return Operation(kind, lock_class, name)


@cache
def operations(lock_class: str, name: str, *kinds: str) -> tuple[Operation, ...]:
    """Return what can be done to one object, an operation of each kind."""
    return tuple(operation(kind, lock_class, name) for kind in kinds)


class _NoWay(Gate):
    """The gate at which a thread stands that has ended."""

    shut = True

    def describe_wait(self) -> str:
        """Return nothing: nobody waits here."""
        return "nothing"


START = Operation("start", "", "")
EXIT = Operation("exit", "", "", _NoWay())
EVERYTHING = Operation("everything", "", "")
"""Touched by a step that can be exchanged with no other."""


class Standstill(Operation):
    """What happens when no thread can proceed: one is woken, or the execution is over.

    Attributes:
        waits: what each unfinished thread waits for, by its index.
    """

    __slots__ = ("waits",)

    def __init__(self, waits: dict[int, Operation]) -> None:
        super().__init__(EVERYTHING.kind, "", "")
        self.waits = waits


IRQS_ON = 1
IN_IRQ = 2
IN_RCU = 4
IN_HARDIRQ = 8
CONTEXT = IRQS_ON | IN_IRQ | IN_RCU | IN_HARDIRQ
"""Bits of a thread's chain beside those of lock classes: in which context it takes locks.

IN_HARDIRQ stands beside IN_IRQ: nothing sleeps in such a handler, whatever the kernel.
"""


class Thread:
    """A modelled thread of control.

    Attributes:
        role: its name, for ever.
        index: its place in creation order.
        body: what it does.
        first: what its first step publishes: START, or what a thread that is started inside the
            execution has for it.
        daemon: it serves the others, and is left where it waits when all others have ended.
        busy: a daemon is doing what it was asked for, so that it is waited for all the same.
        op: the operation it stood at when a thread was last chosen there.
        ops: how many operations it had published by then.
        lag: how many more steps the execution has than the thread, while it runs.
        relaxed: how long the trace was when its turn of a loop began, see primitives.spinning.
        irqs_off: local interrupts are off on its CPU.
        irqs_off_at: the function and the line at which they were turned off, None if unknown.
        held: the locks it holds, oldest first.
        chain: the held lock classes as a bit set, with the context, for the lock-order checker.
        sections: how many RCU read sections it is in, of all domains.
        preempt_off: how many times more it has turned preemption off than on.
    """

    __slots__ = (
        "body", "busy", "chain", "daemon", "finished", "first", "held", "index", "irqs_off",
        "irqs_off_at", "lag", "op", "ops", "preempt_off", "relaxed", "role", "sections",
        "started",
    )  # fmt: skip

    def __init__(
        self,
        role: str,
        index: int,
        body: Callable[[], object],
        *,
        first: Operation = START,
        daemon: bool = False,
    ) -> None:
        self.role = role
        self.index = index
        self.body = body
        self.first = self.op = first
        self.daemon = daemon
        self.busy = False
        self.ops = 0
        self.lag = 0
        self.relaxed = 0
        self.started = False
        self.finished = False
        self.irqs_off = False
        self.irqs_off_at: tuple[CodeType, int] | None = None
        self.held: list[Lock] = []
        self.chain = IRQS_ON
        self.sections = 0
        self.preempt_off = 0

    @property
    def idles(self) -> bool:
        """Whether it has nothing to do where it waits, so that nobody has to come to its help."""
        gate = self.op.gate
        return (self.daemon and not self.busy) or (gate is not None and gate.idle)

    def retire(self) -> None:
        """Release what it did and waited for."""
        del self.body, self.op

    def __str__(self) -> str:
        return self.role

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.role}, {self._state()})"

    def _state(self) -> str:
        if self.finished:
            return "ended"
        if not self.started:
            return "not begun"
        gate = self.op.gate
        return (
            f"waits for {gate.describe_wait()}" if gate is not None and gate.shut else str(self.op)
        )
