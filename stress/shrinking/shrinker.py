# SPDX-License-Identifier: GPL-2.0-only
"""The shrinker: from an execution that fails to the simplest one that fails alike.

It holds the simplest failing execution so far and considers one simpler candidate after another:
machines with fewer vCPUs, devices, interrupts and operations, schedules with fewer deviations,
quieter values. A candidate that fails with the same signature is the simplest one from then on,
and all is considered again until nothing helps.

Guarantees:
  * the signature never changes, and what is accepted is always strictly simpler (`simplicity`),
    so it ends; a budget of replays, and of the steps they take together, bounds it earlier, so
    that what goes round for ever is not gone round with a thousand times;
  * a deviation keeps the operation and function it stands before, so that one race does not
    turn into another with the same symptom;
  * equal executions shrink to equal ones: the order is fixed and nothing is drawn;
  * whenever it stops, the simplest so far has been replayed strictly.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, islice

from harness import Carriers, Deviation, Execution, Failed, HarnessBug
from harness.schedule import LenientReplay, StrictReplay
from stress.executions import Token, run_parameters
from stress.shrinking.carrying_over import first, moved, renamed, shorter
from stress.shrinking.leaving_out import (
    Operations,
    Smaller,
    operations,
    without_devices,
    without_irqs,
    without_vcpus,
)
from stress.shrinking.quieter import quieter
from stress.shrinking.simplicity import Candidate, Size, simplicity, size_of
from vgic import Mechanism, Parameters

REPLAYS = 1500
"""How many replays a shrink may take: some three seconds."""

STEPS_A_REPLAY = 700
"""How many steps a replay of the budget may take on average: all but livelocks take fewer."""

_PAIRS_MAX = 8
"""Of a schedule of no more deviations than this every two are left out together."""


@dataclass(frozen=True)
class Shrunk:
    """What came of shrinking.

    Attributes:
        token: the simplest execution found.
        before: the size of the original.
        after: its size.
        preempted: the model functions at its preemptions, in their order.
        replays: how many executions it took.
        complete: nothing simpler was left to try; False if it ran out of budget or was stopped.
    """

    token: Token
    before: Size
    after: Size
    preempted: tuple[str, ...]
    replays: int
    complete: bool


class _Stop(Exception):
    """Out of budget, or interrupted."""


class _Shrinker:
    def __init__(
        self,
        token: Token,
        kernel: type[Mechanism],
        carriers: Carriers,
        replays_max: int,
        interrupted: Callable[[], bool],
    ) -> None:
        self._signature = token.signature
        self._kernel = kernel
        self._carriers = carriers
        self._replays_max = replays_max
        self._interrupted = interrupted
        self._tried: set[tuple[Parameters, tuple[Deviation, ...], Deviation | None]] = set()
        self._steps = 0
        self.replays = 0
        self.best = self._strictly(token.parameters, token.deviations)

    def _strictly(self, parameters: Parameters, deviations: tuple[Deviation, ...]) -> Candidate:
        strict = StrictReplay(deviations)
        execution = run_parameters(parameters, self._kernel, strict, self._carriers).execution
        if not self._fails_alike(execution) or strict.never_reached:
            raise HarnessBug("an execution that failed cannot be replayed strictly")
        return Candidate(parameters, tuple(strict.labelled), tuple(strict.preemptions), execution)

    def _fails_alike(self, execution: Execution) -> bool:
        outcome = execution.outcome
        return isinstance(outcome, Failed) and outcome.failure.signature == self._signature

    def run(self) -> bool:
        """Shrink; tell whether it came to its end."""
        try:
            reached = None
            while reached != (reached := simplicity(self.best)):
                self._fewer_deviations()
                self._shorter_ways()
                self._fewer_preemptions()
                self._one_of(without_vcpus)
                self._one_of(without_devices)
                self._one_of(without_irqs)
                for each in operations(self.best.parameters):
                    self._fewer_operations(each)
                self._one_of(quieter)
        except _Stop:
            return False
        return True

    def _one_of(self, ways: Callable[[Parameters], Iterator[Smaller]]) -> None:
        """Try each of some ways in turn; where one works, those of what it led to come next."""
        failed = 0
        while (way := next(islice(ways(self.best.parameters), failed, None), None)) is not None:
            if not self._smaller(way):
                failed += 1

    def _fewer_operations(self, those: Operations) -> None:
        _drop_runs(
            lambda: those.length(self.best.parameters),
            lambda begin, end: self._smaller(those.without(self.best.parameters, begin, end)),
        )

    def _fewer_deviations(self) -> None:
        def without(begin: int, end: int) -> bool:
            schedule = self.best.deviations
            return self._consider(self.best.parameters, schedule[:begin] + schedule[end:])

        _drop_runs(lambda: len(self.best.deviations), without)
        while any(self._consider(self.best.parameters, each) for each in self._without_two()):
            pass

    def _without_two(self) -> Iterator[tuple[Deviation, ...]]:
        """Yield a short schedule without any two choices: one may only undo the other."""
        schedule = self.best.deviations
        if len(schedule) <= _PAIRS_MAX:
            for gone in combinations(schedule, 2):
                yield tuple(each for each in schedule if each not in gone)

    def _shorter_ways(self) -> None:
        """Where control passes on by way of a third thread, leave that one out."""
        failed = 0
        while (way := next(islice(shorter(self.best.deviations), failed, None), None)) is not None:
            if not self._consider(self.best.parameters, way):
                failed += 1

    def _fewer_preemptions(self) -> None:
        """Let a thread go on until it cannot, or the other one go first, instead of preempting."""
        failed = 0
        while failed < len(self.best.preemptions):
            parameters, schedule = self.best.parameters, self.best.deviations
            preemption = self.best.preemptions[failed]
            others = tuple(each for each in schedule if each is not preemption)
            if not (
                self._consider(parameters, schedule, patient=preemption)
                or self._consider(parameters, first(preemption.to, others))
            ):
                failed += 1

    def _smaller(self, way: Smaller) -> bool:
        schedule = renamed(self.best.deviations, way)
        return any(self._consider(way.parameters, each) for each in moved(schedule))

    def _consider(
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
            raise _Stop
        self.replays += 1
        replay = LenientReplay(schedule, anywhere=False, patient=patient)
        execution = run_parameters(parameters, self._kernel, replay, self._carriers).execution
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


def _drop_runs(length: Callable[[], int], drop: Callable[[int, int], bool]) -> None:
    """Drop runs of a sequence, long ones first, as far as that works.

    Args:
        length: says how long the sequence is now.
        drop: drops from one position up to another, or answers False and leaves all as it is.
    """
    size = length()
    while size:
        begin = 0
        while begin < length():
            if not drop(begin, begin + size):
                begin += size
        size //= 2


def shrink(
    token: Token,
    kernel: type[Mechanism],
    carriers: Carriers,
    *,
    replays_max: int = REPLAYS,
    interrupted: Callable[[], bool] = lambda: False,
) -> Shrunk:
    """Shrink a failing execution.

    Args:
        token: the execution; it replays strictly on this kernel.
        kernel: what it is replayed on.
        carriers: what the threads run on.
        replays_max: at most so many executions, of STEPS_A_REPLAY steps on average, not counting
            the confirmation.
        interrupted: asked before each; True ends it with the simplest so far.

    Raises:
        HarnessBug: the token does not replay, or the result does not replay strictly.
    """
    shrinker = _Shrinker(token, kernel, carriers, replays_max, interrupted)
    before = size_of(shrinker.best)
    complete = shrinker.run()
    best = shrinker.confirmed()
    return Shrunk(
        token=replace(
            token,
            parameters=best.parameters,
            deviations=best.deviations,
            digest=best.execution.digest,
        ),
        before=before,
        after=size_of(best),
        preempted=tuple(
            deviation.label.function for deviation in best.preemptions if deviation.label
        ),
        replays=shrinker.replays,
        complete=complete,
    )
