# SPDX-License-Identifier: GPL-2.0-only
"""Scheduling points: an execution as the primitives see it.

A primitive publishes each operation at a scheduling point and says what else its step touches. A
point at which there is nothing to decide costs an increment and a compare; how that is decided is
in scheduler.py.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NoReturn, TypeVar

from harness.engine.failures import Failure, ModelFailure
from harness.engine.listeners import Listener, Methods, overriding
from harness.engine.strategy import NEVER
from harness.engine.threads import Gate, Interrupt, Operation, Thread
from harness.engine.trace import Entry

Result = TypeVar("Result")


class Points(ABC):
    """One execution's state, and what primitives call.

    Attributes:
        threads: the modelled threads in creation order.
        current: the thread that holds the baton.
        steps: how many operations have been published.
        steps_max: an execution of more steps than this is a livelock.
        trace: what happened, see harness.engine.trace.
        listeners: what is notified of what happens, see harness.engine.listeners.
        next_ask: the step at or after which a scheduling point has to `decide`.
        failure: the first failure, if any.
        unwinding: the execution is over; primitives do nothing.
        swapped: of each word that was changed by what stands in no trace, how long that was by
            then: by a cmpxchg, a trylock, the release of a lock that somebody has tried, a barrier
            that breaks or a thread that ends.
        interrupts: what may run on top of threads, asked wherever local interrupts are on.
        wants_growth: a primitive that opens a gate has to say so, see `opened`.
        wants_touches: a listener is to be notified of what is touched, see `touch`.
        on_quiescence: called when only idle waits are left. It opens some gate and returns True,
            or returns False, as bool does, which makes the waits a deadlock. It may raise
            ModelFailure.
        at_end: called when all threads have ended: each returns what was left behind that is
            wrong, or None, or raises as a thread would. Primitives are inert meanwhile.
    """

    __slots__ = (
        "_does", "_fails", "_notes", "_touches", "at_end", "current", "failure", "interrupts",
        "listeners", "next_ask", "on_quiescence", "steps", "steps_max", "swapped", "threads",
        "trace", "unwinding", "wants_growth", "wants_touches",
    )  # fmt: skip

    def __init__(self, *, steps_max: int, wants_growth: bool) -> None:
        self.threads: list[Thread] = []
        self.current = Thread("start", -1, lambda: None)
        self.steps = 0
        self.steps_max = steps_max
        self.trace: list[Entry] = []
        self.interrupts: list[Interrupt] = []
        self.swapped: dict[str, int] = {}
        self.failure: Failure | None = None
        self.unwinding = False
        self.on_quiescence: Callable[[], bool] = bool
        self.at_end: list[Callable[[], Failure | None]] = []
        self.wants_growth = wants_growth
        self.next_ask = NEVER
        self.listeners: tuple[Listener, ...] = ()
        self._does: Methods = ()
        self._touches: Methods = ()
        self._notes: Methods = ()
        self._fails: Methods = ()
        self.wants_touches = False

    @property
    def ops(self) -> int:
        """How many operations the running thread has published."""
        return self.steps - self.current.lag

    def __repr__(self) -> str:
        current = f", {self.current.role} runs" if self.current in self.threads else ""
        failed = "" if self.failure is None else f", failed: {self.failure.signature}"
        threads = ", ".join(thread.role for thread in self.threads) or "none yet"
        return f"{type(self).__name__}(threads: {threads}; step {self.steps}{current}{failed})"

    def listen(self, listener: Listener) -> None:
        """Add a listener; all are added before the execution starts."""
        self._listen_to((*self.listeners, listener))

    def _listen_to(self, listeners: tuple[Listener, ...]) -> None:
        self.listeners = listeners
        self._does = overriding(listeners, "does")
        self._touches = overriding(listeners, "touches")
        self._notes = overriding(listeners, "notes")
        self._fails = overriding(listeners, "fails")
        self.wants_touches = bool(self._touches)

    def point(self, operation: Operation) -> None:
        """Stand at a scheduling point before an operation that can always proceed."""
        if self.unwinding:
            return
        if self.interrupts and not self.current.irqs_off:
            self.interrupt(self.current)
        self.steps = step = self.steps + 1
        if step >= self.next_ask:
            self.decide(operation)
        self.trace.append(operation)

    def gated_point(self, operation: Operation) -> None:
        """Stand at a scheduling point before an operation that waits while its gate is shut."""
        if self.unwinding:
            return
        if self.interrupts and not self.current.irqs_off:
            self.interrupt(self.current)
        self.steps = step = self.steps + 1
        if step >= self.next_ask or operation.gate.shut:  # type: ignore[union-attr]  # it has one
            self.decide(operation)
        self.trace.append(operation)

    def note(self, *words: object) -> None:
        """Put words of the model's own into the trace.

        They are formatted later, if ever, so what may change until then is given as text.
        """
        if not self.unwinding:
            self.trace.append(words)
            for notify in self._notes:
                notify(words)

    def interrupt(self, me: Thread) -> None:
        """Run the handlers of what is asserted for this thread, on top of it."""
        for interrupt in self.interrupts:
            interrupt.look(me)

    def evaluate(self, condition: Callable[[], Result]) -> Result:
        """Return what a condition comes to, without a step: its reads are inert meanwhile."""
        self.unwinding = True
        try:
            return condition()
        finally:
            self.unwinding = False

    def touch(self, operation: Operation) -> None:
        """Say that the running step touches an object that its thread has not published."""
        for notify in self._touches:
            notify(operation)

    def opened(self, gate: Gate) -> None:
        """Say that a gate was opened, if `wants_growth`: a thread may have become enabled."""
        for thread in self.threads:
            if thread.op.gate is gate and thread is not self.current:
                self.next_ask = 0
                return

    def fail(self, failure: Failure) -> NoReturn:
        """Record a failure and leave the place where it happened."""
        if not self.unwinding:
            for notify in self._fails:
                notify(failure)
            self.failure = failure
            self.unwinding = True
        raise ModelFailure(failure)

    @abstractmethod
    def decide(self, operation: Operation) -> None:
        """Hand over if another thread is to go; return when the operation's turn has come."""
