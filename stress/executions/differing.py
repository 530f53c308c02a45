# SPDX-License-Identifier: GPL-2.0-only
"""What differs between two runs of one execution, and on what it may depend that they do.

An execution depends on its parameters and its schedule. Where it comes out otherwise all the same
and the class under test is a user's own, the first step that differs says more than two digests
do, and the line of his that was running there says most. What two runs in one process have in
common and another process has not is what earlier executions have left behind, or hashing.
"""

import sys
from dataclasses import dataclass

from harness import Carriers, HarnessBug, Listener, NotDeterministic, Scheduler, Stream, execute
from harness.engine import Operation, own_line
from harness.search.strategies import STRATEGIES
from stress.executions.target import Target
from stress.scenarios import ScenarioAtFault
from vgic import Machine, Parameters

_SCHEDULES = 6
_LENGTH = 100


@dataclass(frozen=True)
class _Step:
    """One operation: who does what, and the last line of the user's file up to it."""

    role: str
    what: str
    line: str

    def __str__(self) -> str:
        where = f" at {self.line}" if self.line else ""
        return f"{self.role} does `{self.what}`{where}"


class _Steps(Listener):
    """Writes down the steps of an execution."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.taken: list[_Step] = []
        self._scheduler = scheduler
        scheduler.listen(self)

    def does(self, operation: Operation) -> None:
        """Write down who does what, in which line of the user's."""
        line = own_line(sys._getframe(1))
        self.taken.append(_Step(self._scheduler.current.role, str(operation), line))


def not_deterministic(
    how: str,
    parameters: Parameters,
    target: Target,
    carriers: Carriers,
    *,
    in_another_process: bool = False,
) -> NotDeterministic:
    """Return the error of an execution that came out otherwise when it was run again.

    Args:
        how: what came out, and what then.
        parameters: the machine and its programs.
        target: what it is run on.
        carriers: what the threads run on.
        in_another_process: it came out otherwise there, so that hashing was another.
    """
    if not target.is_users:
        return NotDeterministic(how)
    difference = _first_difference(parameters, target, carriers)
    left = target.left_behind
    if difference:
        return NotDeterministic(how, f"{difference}; it may depend on {' or '.join(_causes(left))}")
    hashing = ["hashing (hash of a text, order of a set)"] if in_another_process else []
    return NotDeterministic(how, f"it depends on {' or '.join([*hashing, *_causes(left)])}")


def fault_of(bug: HarnessBug, target: Target) -> str:
    """Say that a user's scenario or class is at fault, and how that is known.

    Args:
        bug: what was raised.
        target: what was run.

    Returns:
        "" if it is no fault of a user's own code, but of what is delivered here.
    """
    if isinstance(bug, ScenarioAtFault):
        return str(bug)
    if not (isinstance(bug, NotDeterministic) and target.is_users):
        return ""
    why = f"; {bug.where}" if bug.where else ""
    return (
        "not deterministic: the class under test does not do the same each time: "
        f"{bug.how}{why}; what it does may depend on its arguments and on the machine alone"
    )


def _causes(left: str) -> list[str]:
    """Return on what an execution may depend, and should not, even within one process."""
    return (
        [f"earlier executions, which have left {left}"] if left else ["chance", "time", "identity"]
    )


def _first_difference(parameters: Parameters, target: Target, carriers: Carriers) -> str:
    """Run a machine under some schedules, twice each; say where two runs differ, "" if none do."""
    for schedule in range(_SCHEDULES):
        first, again = (_steps(schedule, parameters, target, carriers) for _ in range(2))
        for number, (one, other) in enumerate(zip(first, again, strict=False)):
            if (one.role, one.what) != (other.role, other.what):
                before = _line_before(one, other, first[:number])
                return f"run again, at step {number + 1} {one}, and then {other}{before}"
        if len(first) != len(again):
            shorter, longer = sorted((first, again), key=len)
            return f"run again, after {len(shorter)} steps it ends, and then {longer[len(shorter)]}"
    return ""


def _line_before(one: _Step, other: _Step, before: list[_Step]) -> str:
    """Say in which line of his the user's class was last, if it is in none at the difference."""
    if one.line or other.line:
        return ""
    last = next((step.line for step in reversed(before) if step.line), "")
    return f"; the line of the class that ran last is {last}" if last else ""


def _steps(
    schedule: int, parameters: Parameters, target: Target, carriers: Carriers
) -> list[_Step]:
    kept: list[_Steps] = []
    kernel = target.kernel

    def program(scheduler: Scheduler) -> None:
        kept.append(_Steps(scheduler))
        Machine(scheduler, parameters, kernel)

    execute(program, STRATEGIES["random-walk"](Stream("differing", schedule), _LENGTH), carriers)
    return kept[0].taken
