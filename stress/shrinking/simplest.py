# SPDX-License-Identifier: GPL-2.0-only
"""The simplest failing execution so far: which candidate takes its place, and for how long.

Guarantees:
  * the signature never changes, and what is accepted is always strictly simpler (`simplicity`),
    so it ends; a budget of replays, and of the steps they take together, bounds it earlier, so
    that what goes round for ever is not gone round with a thousand times;
  * whenever it stops, the simplest so far can be replayed strictly.
"""

from collections.abc import Callable

from harness import Carriers, Deviation, Execution, Failed, HarnessBug
from harness.schedule import LenientReplay, StrictReplay
from stress.executions import Target, Token, run
from stress.shrinking.simplicity import Candidate, simplicity
from vgic import Parameters

STEPS_A_REPLAY = 700
"""How many steps a replay of the budget may take on average: all but livelocks take fewer."""


class Stop(Exception):
    """Out of budget, or interrupted."""


class Simplest:
    """The simplest failing execution so far.

    Attributes:
        best: the execution.
        replays: how many candidates have been run.
    """

    def __init__(
        self,
        token: Token,
        target: Target,
        carriers: Carriers,
        replays_max: int,
        interrupted: Callable[[], bool],
    ) -> None:
        self._signature = token.signature
        self._target = target
        self._carriers = carriers
        self._replays_max = replays_max
        self._interrupted = interrupted
        self._tried: set[tuple[Parameters, tuple[Deviation, ...], Deviation | None]] = set()
        self._steps = 0
        self.replays = 0
        self.best = self._strictly(token.parameters, token.deviations)

    def _strictly(self, parameters: Parameters, deviations: tuple[Deviation, ...]) -> Candidate:
        strict = StrictReplay(deviations)
        execution = run(parameters, self._target, strict, self._carriers).execution
        if not self._fails_alike(execution) or strict.never_reached:
            raise HarnessBug("an execution that failed cannot be replayed strictly")
        return Candidate(parameters, tuple(strict.labelled), tuple(strict.preemptions), execution)

    def _fails_alike(self, execution: Execution) -> bool:
        outcome = execution.outcome
        return isinstance(outcome, Failed) and outcome.failure.signature == self._signature

    def consider(
        self,
        parameters: Parameters,
        schedule: tuple[Deviation, ...],
        *,
        patient: Deviation | None = None,
    ) -> bool:
        """Run a candidate; it is the best from now on if it fails alike and is simpler."""
        key = (parameters, schedule, patient)
        if key in self._tried:
            return False
        self._tried.add(key)
        if self._budget_ended() or self._interrupted():
            raise Stop
        self.replays += 1
        replay = LenientReplay(schedule, patient=patient)
        execution = run(parameters, self._target, replay, self._carriers).execution
        self._steps += execution.steps
        if not self._fails_alike(execution):
            return False
        candidate = Candidate(
            parameters, tuple(replay.labelled), tuple(replay.preemptions), execution
        )
        if not simplicity(candidate) < simplicity(self.best):
            return False
        self.best = candidate
        return True

    def _budget_ended(self) -> bool:
        return (
            self.replays >= self._replays_max or self._steps >= self._replays_max * STEPS_A_REPLAY
        )

    def confirmed(self) -> Candidate:
        """Replay the best strictly."""
        return self._strictly(self.best.parameters, self.best.deviations)
