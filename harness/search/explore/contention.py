# SPDX-License-Identifier: GPL-2.0-only
"""Contention: does the schedule matter to what was explored?

A program whose threads share nothing, or meet in one order whatever the schedule, passes however
often it is run, and nothing is learned of it. Mostly its author shares plain Python, in which
nothing comes in between. So an exploration says where that is so.

An execution without a race, a pair of steps that could have come the other way round, is the only
behaviour that its program has. One that has a race is contended, also if no schedule has reversed
it. So it is enough to look at few. That a thread waits until another has completed something is no
race, as far as can be seen in one execution; so it is also asked whether two of them differ.
"""

from harness.engine import Execution, Passed
from harness.schedule import NOBODY, Step, steps_of
from harness.search.behaviour import behaviour
from harness.search.dependency import conflicting
from harness.search.reversals import Races

_LOOKED_MAX = 10

_COMPETES = ("lock", "read_lock", "write_lock", "down", "arrive")
"""Who waits with one of these competes with who comes first, whatever that one stood before."""


class Contention:
    """Whether threads raced for anything in the executions that were looked at.

    Attributes:
        seen: they have.
        looked: at how many executions.
    """

    def __init__(self) -> None:
        """Begin without any."""
        self.seen = False
        self.looked = 0
        self._shares = False
        self._behaviours: set[str] = set()

    @property
    def wanted(self) -> bool:
        """Whether there is something to learn from another execution and what it touches."""
        return not self.seen and self.looked < _LOOKED_MAX

    def look(self, execution: Execution) -> None:
        """Look at an execution that was listened to, if that is wanted."""
        if self.wanted:
            steps = steps_of(execution.trace, execution.touches)
            self.looked += 1
            if isinstance(execution.outcome, Passed):
                self._behaviours.add(behaviour(execution.trace, execution.touches))
            races = Races(steps)
            self.seen = len(self._behaviours) > 1 or any(
                not _hands_over(*races.steps(race)) for race in races.found
            )
            self._shares = self._shares or _shares(steps)

    @property
    def none_in_words(self) -> str:
        """Say that there was none, and why."""
        if self._shares:
            return "its threads never contended: they meet in one order under every schedule"
        return "its threads never contended: no two of them touched the same object of the harness"


def _hands_over(earlier: Step, later: Step) -> bool:
    """Return whether all there is between two steps is that one opened the other's gate."""
    waited = later.published
    if waited.gate is None or waited.kind in _COMPETES:
        return False
    return earlier.published.gate is None and not any(
        conflicting(one, other)
        for one in earlier.operations
        for other in later.operations
        if one.name != waited.name
    )


def _shares(steps: list[Step]) -> bool:
    """Return whether two threads have touched one object."""
    by: dict[str, set[int]] = {}
    for step in steps:
        for operation in step.operations:
            if operation.name and step.thread != NOBODY:
                by.setdefault(operation.name, set()).add(step.thread)
    return any(len(threads) > 1 for threads in by.values())
