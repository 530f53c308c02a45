# SPDX-License-Identifier: GPL-2.0-only
"""The scheduler of one execution: one thread runs at a time, and it decides who goes next.

There is no scheduler thread. The running thread reaches a scheduling point, publishes its next
operation and, if the strategy wants to be asked there, picks the next thread itself. When that is
"me" it just goes on; otherwise it passes the baton and waits.

Guarantees:
  * only the holder of the baton touches the scheduler's state, so that state needs no lock;
  * each (thread, n-th operation) is decided at most once, so it names a decision for ever;
  * nobody enabled is judged at once, without a clock: only idle waits is quiescence, anything
    else is a deadlock;
  * the first failure stands, and while threads unwind every primitive is inert.
"""

import sys
from collections.abc import Callable
from typing import NoReturn

from harness.engine.carrying import Carriers
from harness.engine.deadlock import deadlock
from harness.engine.deviation import Deviation
from harness.engine.failures import Diverged, Failure, ModelFailure, Unwind, oops
from harness.engine.frames import model_stack, raised_in_harness, traceback_of
from harness.engine.step_bound import LoopWatch
from harness.engine.strategy import NEVER, Strategy
from harness.engine.threads import EXIT, Gate, Interrupt, Operation, Standstill, Thread
from harness.engine.trace import Entry, Touch

_tuple = tuple.__new__


class Scheduler:
    """Carries out the choices of one execution and records what happened.

    Attributes:
        threads: the modelled threads in creation order.
        current: the thread that holds the baton.
        steps: how many operations have been published.
        steps_max: an execution of more steps than this is a livelock.
        trace: what happened, see harness.engine.trace.
        touches: what steps touched beyond what they published; None if nobody listens.
        deviations: where the schedule left the quiet default.
        next_ask: the step at or after which a scheduling point has to `decide`.
        failure: the first failure, if any.
        diverged: where a strict replay could not follow its schedule, if it could not.
        bug: an exception raised by the harness's own code, if any.
        unwinding: the execution is over; primitives do nothing.
        interrupts: what may run on top of threads, asked wherever local interrupts are on.
        wants_growth: whoever opens a gate has to say so, see `opened`.
        on_quiescence: called when only idle waits are left. It opens some gate and returns True,
            or returns False, as bool does, which makes the waits a deadlock. It may raise
            ModelFailure.
        at_end: called when all has ended and nothing was wrong: what was left behind that is?
    """

    __slots__ = (
        "_carriers", "_cycles", "_loop", "_strategy", "at_end", "bug", "current", "deviations",
        "diverged", "failure", "interrupts", "next_ask", "on_quiescence", "steps", "steps_max",
        "threads", "touches", "trace", "unwinding", "wants_growth",
    )  # fmt: skip

    def __init__(self, strategy: Strategy, *, steps_max: int = 20_000) -> None:
        self.threads: list[Thread] = []
        self.current = Thread("start", -1, lambda: None)
        self.steps = 0
        self.steps_max = steps_max
        self.trace: list[Entry] = []
        self.touches: list[Touch] | None = None
        self.deviations: list[Deviation] = []
        self.interrupts: list[Interrupt] = []
        self.failure: Failure | None = None
        self.diverged: Diverged | None = None
        self.bug: BaseException | None = None
        self.unwinding = False
        self.on_quiescence: Callable[[], bool] = bool
        self.at_end: list[Callable[[], Failure | None]] = []
        self.wants_growth = strategy.asks_on_growth
        self._strategy = strategy
        self.next_ask = NEVER
        self._loop: LoopWatch | None = None

    @property
    def ops(self) -> int:
        """How many operations the running thread has published."""
        return self.steps - self.current.lag

    def retire(self) -> None:
        """Let go of all that refers back here: the execution is over and has been looked at."""
        for thread in self.threads:
            thread.retire()
        self.on_quiescence = bool
        self.at_end = []
        self.trace = []

    def thread(self, role: str, body: Callable[[], None]) -> Thread:
        """Add a thread; all are added before the execution starts."""
        thread = Thread(role, len(self.threads), body)
        self.threads.append(thread)
        return thread

    def run(self, carriers: Carriers) -> None:
        """Run the execution to its end, on these carriers.

        Raises:
            ValueError: there is no thread to run.
        """
        if not self.threads:
            raise ValueError("an execution needs at least one thread: add one to the scheduler")
        self._carriers = carriers
        threads = self.threads
        self._forget_setting_up()
        # The last one, index -1, is for the choice before the first step.
        self._cycles = [threads[i:] + threads[:i] for i in range(len(threads))] + [threads]
        self._strategy.begin(threads)
        try:
            first = self._choose(self.current)
        except Diverged:
            return
        carriers.run(self, first)

    def _forget_setting_up(self) -> None:
        """Nobody could have come in between what the program did so far: it is no step."""
        self.steps = 0
        if self.touches is not None:
            self.touches.clear()
        self.trace[:] = [entry for entry in self.trace if not isinstance(entry, Operation)]

    # What primitives call.

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
        if step >= self.next_ask or operation.gate.shut:  # type: ignore[union-attr]
            self.decide(operation)
        self.trace.append(operation)

    def note(self, *words: object) -> None:
        """Put words of the model's own into the trace.

        They are formatted later, if ever, so what may change until then is given as text.
        """
        if not self.unwinding:
            self.trace.append(words)

    def interrupt(self, me: Thread) -> None:
        """Run the handlers of what is asserted for this thread, on top of it."""
        for interrupt in self.interrupts:
            interrupt.look(me)

    def touch(self, operation: Operation) -> None:
        """Say, once in a row, that the running step touches an object it has not published."""
        if self.touches is not None:
            touch = (len(self.trace), operation)
            if self.touches[-1:] != [touch]:
                self.touches.append(touch)

    def opened(self, gate: Gate) -> None:
        """Hear that a gate was opened, if `wants_growth`: a thread may have become enabled."""
        for thread in self.threads:
            if thread.op.gate is gate and thread is not self.current:
                self.next_ask = 0
                return

    def fail(self, failure: Failure) -> NoReturn:
        """Record a failure and leave the place where it happened."""
        if not self.unwinding:
            self.failure = failure
            self.unwinding = True
        raise ModelFailure(failure)

    # Deciding.

    def decide(self, operation: Operation) -> None:
        """Hand over if somebody else is to go; return when the operation's turn has come."""
        me = self.current
        me.op = operation
        if self.steps > self.steps_max:
            self._watch_loop(me)
        chosen = self._choose(me)
        if chosen is not me:
            self._carriers.hand_over(me, chosen)
            if self.unwinding:
                raise Unwind

    def _choose(self, me: Thread) -> Thread:
        """Pick who goes next and record it; the caller hands over."""
        step = self.steps
        me.ops = step - me.lag
        # The enabled threads in cyclic creation order, `me` first if it is one. A thread that
        # has ended stands at a gate that never opens.
        cycle = self._cycles[me.index]
        while not (
            options := [
                thread for thread in cycle if (gate := thread.op.gate) is None or not gate.shut
            ]
        ):
            self._wake_somebody(me)
        strategy = self._strategy
        try:
            picked = strategy.pick(step, me, options)
        except Diverged as diverged:
            self.diverged = diverged
            self.unwinding = True
            raise
        next_point, last = strategy.next_point, self.steps_max
        self.next_ask = next_point if next_point <= last else last + 1
        chosen = options[picked]
        if chosen is not me:
            if picked:
                # Deviation(me.role, me.ops, chosen.role), at half the price.
                self.deviations.append(_tuple(Deviation, (me.role, me.ops, chosen.role, None)))
            self.current = chosen
            chosen.lag = step - chosen.ops
            self.trace.append(chosen)
        return chosen

    def _wake_somebody(self, me: Thread) -> None:
        """Nobody is enabled: ask for somebody to be woken if all are idle, else fail."""
        waiting = [thread for thread in self.threads if not thread.finished]
        if self.touches is not None:
            self.touch(Standstill({thread.index: thread.op for thread in waiting}))
        gates = [thread.op.gate for thread in waiting if thread.op.gate is not None]
        all_idle = all(gate.idle for gate in gates)
        if not (all_idle and self.on_quiescence() and any(not gate.shut for gate in gates)):
            self.fail(deadlock(waiting, lambda thread: self._stack_of(thread, me)))

    def _stack_of(self, thread: Thread, me: Thread) -> tuple[str, ...]:
        if thread is me:
            return model_stack(sys._getframe(1))
        return self._carriers.stack(thread)

    def _judge_end(self) -> None:
        """A limit is never a pass, even if the execution ended while its loop was sought."""
        if self._loop is not None:
            self.failure = self._loop.failure()
        for left_behind in self.at_end:
            self.failure = self.failure or left_behind()

    def _watch_loop(self, me: Thread) -> None:
        """Past the step bound: look on for a while, to be able to name the loop."""
        if self._loop is None:
            self._loop = LoopWatch(self.steps_max)
        self._loop.saw(me, model_stack(sys._getframe(2)))
        if self._loop.seen_enough:
            self.fail(self._loop.failure())

    # What carriers call.

    def carry(self, thread: Thread) -> Thread | None:
        """Run a thread's body to its end; return who goes next, None if nobody is left."""
        thread.started = True
        try:
            if not self.unwinding:
                thread.body()
                if self.interrupts and not thread.irqs_off:
                    self.interrupt(thread)
                self._leaves_nothing_held(thread)
        except (Unwind, ModelFailure, Diverged):
            pass
        except BaseException as exception:
            self._raised(exception)
        return self._ended(thread)

    def _leaves_nothing_held(self, thread: Thread) -> None:
        if names := ", ".join(lock.name for lock in thread.held):
            self.fail(Failure("lock held at exit", f"{thread.role} ended holding {names}"))

    def _ended(self, me: Thread) -> Thread | None:
        me.finished = True
        me.op = EXIT
        if not self.unwinding:
            self.steps += 1
            self.trace.append(EXIT)
            if all(thread.finished for thread in self.threads):
                self._judge_end()
                return None
            try:
                return self._choose(me)
            except (ModelFailure, Diverged):
                pass
            except BaseException as exception:
                self._raised(exception)
        return self._next_to_unwind()

    def _next_to_unwind(self) -> Thread | None:
        for thread in self.threads:
            if not thread.finished:
                if thread.started:
                    self.current = thread
                    return thread
                thread.finished = True
        return None

    def _raised(self, exception: BaseException) -> None:
        """An exception of the code under test is a finding, an oops; one of ours is our bug."""
        if self.unwinding:
            return
        self.unwinding = True
        if raised_in_harness(traceback_of(exception)):
            self.bug = exception
            return
        self.failure = oops(exception)
