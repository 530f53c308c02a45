# SPDX-License-Identifier: GPL-2.0-only
"""One execution: a program run once under one strategy, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from harness.engine import trace
from harness.engine.carrying import Carriers
from harness.engine.deviation import Deviation
from harness.engine.failures import (
    Diverged,
    Failure,
    HarnessBug,
    Misbehaviour,
    ModelFailure,
    NotDeterministic,
    oops,
)
from harness.engine.frames import ground_floor
from harness.engine.printable import described
from harness.engine.rehearsal import Rehearsed, Rehearsing
from harness.engine.scheduler import Scheduler
from harness.engine.strategy import Strategy
from harness.engine.threads import Thread
from harness.engine.touches import Touches
from harness.engine.trace import Touch
from harness.engine.tracebacks import raised_in_harness, traceback_of


@dataclass(frozen=True)
class Passed:
    """The execution ended and nothing was wrong."""


@dataclass(frozen=True, repr=False)
class Failed:
    """Something was wrong; the first failure stands."""

    failure: Failure

    def __repr__(self) -> str:
        return f"Failed({self.failure.signature}: {self.failure.message})"


@dataclass(frozen=True)
class DivergedFrom:
    """A strict replay could not follow its schedule."""

    step: int
    expected: str
    met: str


Outcome = Passed | Failed | DivergedFrom


@dataclass(frozen=True, repr=False)
class Execution:
    """What one execution did.

    Attributes:
        outcome: how it ended.
        steps: how many operations its threads published.
        schedule: where it left the quiet default, see `deviations`.
        trace: what happened, in order.
        touches: what its steps touched beyond what they published; empty unless listened to.
    """

    outcome: Outcome
    steps: int
    schedule: tuple[tuple[str, int, str], ...]
    trace: list[trace.Entry]
    touches: list[Touch] = field(default_factory=list)

    def __repr__(self) -> str:
        return (
            f"Execution({self.outcome!r}, {self.steps} steps, {self.switches} switches, "
            f"{len(self.schedule)} deviations)"
        )

    @cached_property
    def deviations(self) -> tuple[Deviation, ...]:
        """Its schedule; put together when it is asked for, which is for few of many executions."""
        return tuple(Deviation(*left) for left in self.schedule)

    @property
    def switches(self) -> int:
        """How often control passed from one thread to another."""
        return sum(isinstance(entry, Thread) for entry in self.trace)

    @property
    def digest(self) -> str:
        """The digest of the trace and the verdict."""
        verdict = "passed"
        if isinstance(self.outcome, Failed):
            verdict = self.outcome.failure.signature
        return trace.digest(self.trace, verdict)


@ground_floor
def execute(
    program: Callable[[Scheduler], None],
    strategy: Strategy,
    carriers: Carriers,
    *,
    steps_max: int = 20_000,
    touches: list[Touch] | None = None,
) -> Execution:
    """Run a program once.

    Args:
        program: adds its threads to the scheduler it is given. An exception it raises is a
            failure of the code under test.
        strategy: decides the choices; used for this execution only.
        carriers: what the threads run on.
        steps_max: the bound past which an execution counts as a livelock.
        touches: where to put what steps touch beyond what they publish, None for nowhere.

    Raises:
        HarnessBug: the harness's own code raised an exception.
    """
    if isinstance(strategy, Rehearsing):
        try:
            _rehearse(program, strategy, carriers, steps_max)
        except _FailedRehearsal as failed:
            if touches is not None:
                touches.extend(failed.execution.touches)
            return failed.execution
    scheduler = Scheduler(strategy, steps_max=steps_max)
    if touches is not None:
        Touches(scheduler, into=touches)
    try:
        program(scheduler)
    except ModelFailure:
        pass
    except Exception as exception:
        ours = raised_in_harness(traceback_of(exception))
        if ours and not isinstance(exception, Misbehaviour):
            raise HarnessBug(described(exception)) from exception
        scheduler.failure = oops(exception)
    else:
        scheduler.run(carriers)
        _check_sane(scheduler)
    return Execution(
        outcome=_outcome(scheduler),
        steps=scheduler.steps,
        schedule=tuple(scheduler.schedule),
        trace=scheduler.trace,
        touches=touches or [],
    )


class _FailedRehearsal(Exception):
    """A rehearsal is the execution: the strategy that asked for it learns nothing of it."""

    def __init__(self, execution: Execution) -> None:
        super().__init__()
        self.execution = execution


def _rehearse(
    program: Callable[[Scheduler], None], strategy: Rehearsing, carriers: Carriers, steps_max: int
) -> None:
    """Let a strategy see its program run.

    Raises:
        _FailedRehearsal: something was wrong with a run.
    """

    def run(other: Strategy, touches: list[Touch]) -> Rehearsed:
        execution = execute(program, other, carriers, steps_max=steps_max, touches=touches)
        if isinstance(execution.outcome, Failed):
            raise _FailedRehearsal(execution)
        return Rehearsed(execution.trace, execution.touches)

    strategy.rehearse(run)


def _outcome(scheduler: Scheduler) -> Outcome:
    if scheduler.failure is not None:
        return Failed(scheduler.failure)
    diverged: Diverged | None = scheduler.diverged
    if diverged is not None:
        return DivergedFrom(diverged.step, diverged.expected, diverged.met)
    return Passed()


def _check_sane(scheduler: Scheduler) -> None:
    """Raise HarnessBug if the execution ended by an exception of the harness itself."""
    if isinstance(scheduler.bug, NotDeterministic):
        raise scheduler.bug
    if scheduler.bug is not None:
        raise HarnessBug(f"in the harness: {described(scheduler.bug)}") from scheduler.bug
