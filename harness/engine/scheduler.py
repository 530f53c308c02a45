# SPDX-License-Identifier: GPL-2.0-only
"""The scheduler of one execution: one thread runs at a time, and it decides who goes next.

There is no scheduler thread. The running thread reaches a scheduling point, publishes its next
operation and, if the strategy wants to be asked there, picks the next thread itself. When that is
"me" it just goes on; otherwise it passes the baton and waits.

Guarantees:
  * only the holder of the baton touches the scheduler's state, so that state needs no lock;
  * each (thread, n-th operation) is decided at most once, so it names a decision for ever;
  * that no thread is enabled is judged at once, without a clock: only idle waits is quiescence,
    anything else is a deadlock;
  * the first failure stands, and while threads unwind every primitive is inert;
  * listeners change nothing: with them every point comes to `decide`, but the strategy is asked
    where it is asked without them.
"""

import sys

from harness.engine.carrying import Carriers
from harness.engine.deadlock import deadlock, wait_before_the_start
from harness.engine.failures import (
    Diverged,
    Failure,
    ForeignThread,
    Misbehaviour,
    ModelFailure,
    Unwind,
    oops,
)
from harness.engine.frames import ground_floor, model_stack
from harness.engine.population import Population, only_daemons_left
from harness.engine.step_bound import LoopWatch
from harness.engine.strategy import Strategy
from harness.engine.threads import EXIT, START, Operation, Standstill, Thread
from harness.engine.tracebacks import raised_in_harness, traceback_of

_EVERYWHERE = 1
"""The first step; zero keeps its meaning, that the strategy is to be asked."""


class Scheduler(Population):
    """Carries out the choices of one execution and records what happened.

    Attributes:
        schedule: where the quiet default was left, as deviations have it: role, number, to whom.
        diverged: where a strict replay could not follow its schedule, if it could not.
        bug: an exception raised by the harness's own code, if any.
    """

    __slots__ = ("_loop", "_within", "bug", "diverged", "schedule")

    def __init__(self, strategy: Strategy, *, steps_max: int = 20_000) -> None:
        super().__init__(strategy, steps_max=steps_max)
        self.schedule: list[tuple[str, int, str]] = []
        self.diverged: Diverged | None = None
        self.bug: BaseException | None = None
        self._loop: LoopWatch | None = None
        # The step by which a thread has to come to `decide`, whatever the strategy wants.
        self._within = steps_max + 1

    def retire(self) -> None:
        """Release all that refers back here: nothing of the execution is wanted any more."""
        for thread in self.threads:
            thread.retire()
        self.on_quiescence = bool
        self.at_end, self.interrupts, self.trace = [], [], []
        if self.listeners:
            self._listen_to(())

    def run(self, carriers: Carriers) -> None:
        """Run the execution to its end, on these carriers.

        Raises:
            ValueError: there is no thread to run.
        """
        if not self.threads:
            raise ValueError("an execution needs at least one thread: add one to the scheduler")
        self._carriers = carriers
        self._forget_setting_up()
        self._line_up()
        if self._does:
            self._within = _EVERYWHERE
        self._strategy.begin(self.threads)
        try:
            first = self._choose(self.current)
        except Diverged:
            return
        carriers.run(self, first)

    # Deciding.

    def decide(self, operation: Operation) -> None:
        """Hand over if another thread is to go; return when the operation's turn has come."""
        me = self.current
        me.op = operation
        if self.steps > self.steps_max:
            self._watch_loop(me)
        if not self._does or self._strategy_is_due(operation):
            if not self._cycles:
                self.fail(wait_before_the_start(me))
            chosen = self._choose(me)
            if chosen is not me:
                try:
                    self._carriers.hand_over(me, chosen)
                except ForeignThread as foreign:
                    self.fail(foreign.failure(sys._getframe(1)))
                if self.unwinding:
                    raise Unwind
        for notify in self._does:
            notify(operation)

    def _strategy_is_due(self, operation: Operation) -> bool:
        """Return whether there would be a decision here without any listener."""
        gate = operation.gate
        return (
            self.steps >= min(self._strategy.next_point, self.steps_max + 1)
            or not self.next_ask
            or (gate is not None and gate.shut)
        )

    def _choose(self, me: Thread) -> Thread:
        """Pick who goes next and record it; the caller hands over."""
        step = self.steps
        me.ops = step - me.lag
        # The enabled threads in cyclic creation order, `me` first if it is one. A thread that
        # has ended stands at a gate that never opens.
        cycle = self._cycles[me.index]
        options: list[Thread] = []
        while not options:
            for thread in cycle:
                gate = thread.op.gate
                if gate is None or not gate.shut:
                    options.append(thread)
            if self.timeouts is not None:
                options += self.timeouts.options(cycle, options)
            if not options:
                self._wake_a_thread()
        strategy = self._strategy
        try:
            picked = strategy.pick(step, me, options)
        except Diverged as diverged:
            self.diverged = diverged
            self.unwinding = True
            raise
        next_point, within = strategy.next_point, self._within
        self.next_ask = next_point if next_point <= within else within
        chosen = options[picked]
        if picked:
            self.schedule.append((me.role, me.ops, chosen.role))
        if chosen is not me:
            self.current = chosen
            chosen.lag = step - chosen.ops
            self.trace.append(chosen)
        return chosen

    def _wake_a_thread(self) -> None:
        """No thread is enabled: who spins may look again, who idles may be woken; else fail."""
        waiting = [thread for thread in self.threads if not thread.finished]
        if self.wants_touches:
            self.touch(Standstill({thread.index: thread.op for thread in waiting}))
        if only_daemons_left(waiting):
            self._judge_end()
            self.unwinding = True
            raise Unwind
        gates = [thread.op.gate for thread in waiting if thread.op.gate is not None]
        if [gate for gate in gates if gate.look_again()]:
            return
        all_idle = all(thread.idles for thread in waiting)
        if not (all_idle and self.on_quiescence() and any(not gate.shut for gate in gates)):
            self.fail(deadlock(waiting, self.stack_of))

    def stack_of(self, thread: Thread) -> tuple[str, ...]:
        """Return the model functions that a thread is in, outermost first."""
        running = thread is self.current
        return model_stack(sys._getframe(1)) if running else self._carriers.stack(thread)

    def _judge_end(self) -> None:
        """A limit is never a pass, even if the execution ended while its loop was sought."""
        if self._loop is not None:
            self.failure = self._loop.failure()
        try:
            for left_behind in self.at_end:
                self.failure = self.failure or self.evaluate(left_behind)
        except ModelFailure as failed:
            self.failure = failed.failure
        except BaseException as exception:
            self._blame(exception)

    def _watch_loop(self, me: Thread) -> None:
        """Past the step bound: observe some more steps, to be able to name the loop."""
        if self._loop is None:
            self._loop = LoopWatch(self.steps_max)
        self._loop.saw(me, model_stack(sys._getframe(2)))
        if self._loop.seen_enough:
            self.fail(self._loop.failure())

    # What carriers call.

    @ground_floor
    def carry(self, thread: Thread) -> Thread | None:
        """Run a thread's body to its end; return who goes next, None if all have ended."""
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
            if me.first is not START:
                self._announce_end(me)
            if all(thread.finished for thread in self.threads):
                self._judge_end()
                return None
            try:
                return self._choose(me)
            except (Unwind, ModelFailure, Diverged):
                pass
            except BaseException as exception:
                self._raised(exception)
        return self._next_to_unwind()

    def _raised(self, exception: BaseException) -> None:
        """An exception of the code under test is a finding, an oops; one of ours is our bug."""
        if not self.unwinding:
            self.unwinding = True
            self._blame(exception)

    def _blame(self, exception: BaseException) -> None:
        ours = raised_in_harness(traceback_of(exception))
        if ours and not isinstance(exception, Misbehaviour):
            self.bug = exception
        else:
            self.failure = oops(exception)
