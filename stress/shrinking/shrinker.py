# SPDX-License-Identifier: GPL-2.0-only
"""The shrinker: from an execution that fails to the simplest one that fails alike.

It holds the simplest failing execution so far and considers one simpler candidate after another:
machines with fewer vCPUs, devices, interrupts and operations, schedules with fewer deviations,
quieter values. A candidate that fails with the same signature is the simplest one from then on,
and all is considered again until nothing helps.

Guarantees, beside those of simplest.py:
  * a deviation keeps the operation and function it stands before, so that one race does not
    turn into another with the same symptom;
  * equal executions shrink to equal ones: the order is fixed and nothing is drawn.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from harness import Carriers, Deviation
from harness.schedule import drop_runs, simplify
from stress.executions import Target, Token
from stress.shrinking.carrying_over import moved, renamed
from stress.shrinking.leaving_out import (
    Operations,
    Smaller,
    operations,
    without_devices,
    without_irqs,
    without_vcpus,
)
from stress.shrinking.quieter import quieter
from stress.shrinking.simplest import Simplest, Stop
from stress.shrinking.simplicity import Size, simplicity, size_of
from vgic import Parameters

REPLAYS = 1500
"""How many replays a shrink may take: some three seconds."""


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


class _Shrinker:
    """Considers one simpler candidate after another."""

    def __init__(self, simplest: Simplest, *, programs: bool) -> None:
        self._simplest = simplest
        self._programs = programs
        self._consider = simplest.consider

    @property
    def _parameters(self) -> Parameters:
        return self._simplest.best.parameters

    @property
    def schedule(self) -> tuple[Deviation, ...]:
        """The deviations of the simplest so far."""
        return self._simplest.best.deviations

    @property
    def preemptions(self) -> tuple[Deviation, ...]:
        """Those of them at which the thread could have gone on."""
        return self._simplest.best.preemptions

    def consider(
        self, schedule: tuple[Deviation, ...], *, patient: Deviation | None = None
    ) -> bool:
        """Try another schedule of the same machine."""
        return self._consider(self._parameters, schedule, patient=patient)

    def run(self) -> bool:
        """Shrink; return whether it came to its end."""
        try:
            reached = None
            while reached != (reached := simplicity(self._simplest.best)):
                simplify(self)
                if self._programs:
                    self._smaller_machine()
        except Stop:
            return False
        return True

    def _smaller_machine(self) -> None:
        self._one_of(without_vcpus)
        self._one_of(without_devices)
        self._one_of(without_irqs)
        for each in operations(self._parameters):
            self._fewer_operations(each)
        self._one_of(quieter)

    def _one_of(self, ways: Callable[[Parameters], Iterator[Smaller]]) -> None:
        """Try each of some ways in turn; where one works, those of what it led to come next."""
        failed = 0
        while (way := next(islice(ways(self._parameters), failed, None), None)) is not None:
            if not self._smaller(way):
                failed += 1

    def _fewer_operations(self, those: Operations) -> None:
        drop_runs(
            lambda: those.length(self._parameters),
            lambda begin, end: self._smaller(those.without(self._parameters, begin, end)),
        )

    def _smaller(self, way: Smaller) -> bool:
        schedule = renamed(self.schedule, way)
        return any(self._consider(way.parameters, each) for each in moved(schedule))


def shrink(
    token: Token,
    target: Target,
    carriers: Carriers,
    *,
    replays_max: int = REPLAYS,
    interrupted: Callable[[], bool] = lambda: False,
    programs: bool = True,
) -> Shrunk:
    """Shrink a failing execution.

    Args:
        token: the execution; it replays strictly on this target.
        target: what it is replayed on.
        carriers: what the threads run on.
        replays_max: at most so many executions, of STEPS_A_REPLAY steps on average, not counting
            the confirmation.
        interrupted: asked before each; True ends it with the simplest so far.
        programs: make the machine and its programs smaller, too, not the schedule alone.

    Raises:
        HarnessBug: the token does not replay, or the result does not replay strictly.
    """
    simplest = Simplest(token, target, carriers, replays_max, interrupted)
    before = size_of(simplest.best)
    complete = _Shrinker(simplest, programs=programs).run()
    best = simplest.confirmed()
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
        replays=simplest.replays,
        complete=complete,
    )
