# SPDX-License-Identifier: GPL-2.0-only
"""The simplest schedule under which a program fails as it did.

Guarantees:
  * the signature never changes, and what is accepted is always strictly simpler: fewer
    preemptions, then fewer deviations, then fewer switches and steps; so it ends, and a budget of
    replays, and of the steps they take together, ends it earlier;
  * the result has been replayed strictly, to the same trace.
"""

from dataclasses import dataclass

from harness.checking.programs import Program
from harness.engine import (
    Carriers,
    Deviation,
    DivergedFrom,
    Execution,
    Failed,
    NotDeterministic,
    execute,
)
from harness.schedule import Labels, LenientReplay, StrictReplay, simplify

_REPLAYS_MAX = 600
_STEPS_MAX = 400_000


class _Stop(Exception):
    """Out of budget."""


@dataclass(frozen=True)
class Failing:
    """An execution that fails.

    Attributes:
        execution: the execution.
        schedule: its deviations, labelled.
        preemptions: those of them at which the thread could have gone on.
    """

    execution: Execution
    schedule: tuple[Deviation, ...]
    preemptions: tuple[Deviation, ...]

    @property
    def simplicity(self) -> tuple[int, ...]:
        """How much there is to understand, the weightiest first."""
        return (
            len(self.preemptions),
            len(self.schedule),
            self.execution.switches,
            self.execution.steps,
        )


class _Simplest:
    """The simplest failing execution so far."""

    def __init__(
        self, program: Program, execution: Execution, carriers: Carriers, steps_max: int
    ) -> None:
        self._program = program
        self._carriers = carriers
        self._steps_max = steps_max
        self._signature = _signature(execution)
        self._tried: set[tuple[tuple[Deviation, ...], Deviation | None]] = set()
        self._steps = 0
        self.replays = 0
        self.best = self.confirmed(execution)

    @property
    def schedule(self) -> tuple[Deviation, ...]:
        return self.best.schedule

    @property
    def preemptions(self) -> tuple[Deviation, ...]:
        return self.best.preemptions

    def consider(
        self, schedule: tuple[Deviation, ...], *, patient: Deviation | None = None
    ) -> bool:
        key = schedule, patient
        if key in self._tried:
            return False
        self._tried.add(key)
        if self.replays >= _REPLAYS_MAX or self._steps >= _STEPS_MAX:
            raise _Stop
        self.replays += 1
        replay = LenientReplay(schedule, patient=patient)
        execution = self._run(replay)
        if _signature(execution) != self._signature:
            return False
        failing = Failing(execution, tuple(replay.labelled), tuple(replay.preemptions))
        if not failing.simplicity < self.best.simplicity:
            return False
        self.best = failing
        return True

    def confirmed(self, execution: Execution) -> Failing:
        """Replay an execution: it must come to the same again, or nothing can be said of it."""
        labels = Labels(execution.deviations)
        labelled = self._run(labels)
        strict = StrictReplay(labels.labelled)
        again = self._run(strict)
        if not execution.digest == labelled.digest == again.digest:
            how = f"{_said(execution)} in one execution and {_said(again)} when it was replayed"
            raise NotDeterministic(how)
        return Failing(again, tuple(strict.labelled), tuple(strict.preemptions))

    def _run(self, replay: Labels | StrictReplay | LenientReplay) -> Execution:
        execution = execute(self._program, replay, self._carriers, steps_max=self._steps_max)
        self._steps += execution.steps
        return execution


def shrunk(
    program: Program, execution: Execution, carriers: Carriers, steps_max: int
) -> tuple[Failing, int]:
    """Return the simplest execution that fails like this one, and how many replays that took.

    Args:
        program: what was run.
        execution: it failed.
        carriers: what the threads run on.
        steps_max: the bound past which an execution counts as a livelock.

    Raises:
        NotDeterministic: the same schedule does not come to the same again.
    """
    simplest = _Simplest(program, execution, carriers, steps_max)
    try:
        reached = None
        while reached != (reached := simplest.best.simplicity):
            simplify(simplest)
    except _Stop:
        pass
    return simplest.confirmed(simplest.best.execution), simplest.replays


def _signature(execution: Execution) -> str | None:
    outcome = execution.outcome
    return outcome.failure.signature if isinstance(outcome, Failed) else None


def _said(execution: Execution) -> str:
    if isinstance(execution.outcome, DivergedFrom):
        return "went another way"
    return _signature(execution) or "passed"
