# SPDX-License-Identifier: GPL-2.0-only
"""The simplest schedule under which a program fails as it did.

Guarantees:
  * the signature never changes, and what is accepted is always strictly simpler: fewer
    preemptions, then fewer deviations, then fewer switches and steps; so it ends, and a budget of
    replays, and of the steps they take together, ends it earlier;
  * where the program is small no schedule of fewer preemptions fails so: all were tried;
  * the result has been replayed strictly, to the same trace.
"""

from contextlib import suppress
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
from harness.search.explore import every_schedule

_REPLAYS_MAX = 600
_SEARCHED_MAX = 1_000
_LONG = 200
"""A program of more steps than this has too many schedules to search."""

_STEPS_MAX = 200_000
"""How many steps the replays may take together, and as many again what is searched."""


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

    def shrink(self) -> None:
        """Try one simpler schedule after another until nothing helps, or the budget is spent."""
        with suppress(_Stop):
            reached = None
            while reached != (reached := self.best.simplicity):
                simplify(self)

    def search(self) -> None:
        """Try the schedules of fewer preemptions, the fewest first, as far as they are not many.

        None is given many more steps than the simplest so far takes: threads that spin would use
        up what there is for all.
        """
        if not self.preemptions or self.best.execution.steps > _LONG:
            return
        found: list[Execution] = []
        steps = 0

        def heard(execution: Execution) -> None:
            nonlocal steps
            steps += execution.steps
            if _signature(execution) == self._signature:
                found.append(execution)

        every_schedule(
            self._program,
            self._carriers,
            preemptions=len(self.preemptions) - 1,
            executions_max=_SEARCHED_MAX,
            steps_max=_LONG,
            heard=heard,
            stop=lambda: bool(found) or steps >= _STEPS_MAX,
        )
        if found:
            self.best = self.confirmed(found[0])

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
    simplest.shrink()
    simplest.search()
    simplest.shrink()
    return simplest.confirmed(simplest.best.execution), simplest.replays


def _signature(execution: Execution) -> str | None:
    outcome = execution.outcome
    return outcome.failure.signature if isinstance(outcome, Failed) else None


def _said(execution: Execution) -> str:
    if isinstance(execution.outcome, DivergedFrom):
        return "went another way"
    return _signature(execution) or "passed"
