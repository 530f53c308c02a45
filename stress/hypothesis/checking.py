# SPDX-License-Identifier: GPL-2.0-only
"""One machine under many schedules: what the body of a test under `@given` calls."""

import os
from collections.abc import Sequence
from functools import cache

from harness import Carriers, Deviation, Failed, Quiet, Strategy
from harness.schedule import LenientReplay
from harness.search.strategies import PORTFOLIO
from stress.executions import Target, run, target_of
from stress.hypothesis.aiming import Aim
from stress.hypothesis.carriers import carriers
from stress.hypothesis.deadline import without_deadline
from stress.hypothesis.machine_failed import Failing, MachineFailed
from stress.hypothesis.schedules import EXECUTIONS_MIN, STEPS, strategies_for
from stress.inputs import BadArgument, arguments
from stress.plugin import test_id
from vgic import DEFAULT, Parameters


def check_machine(
    parameters: Parameters,
    *,
    kernel: str | type = DEFAULT,
    bugs: str | Sequence[str] = (),
    executions: int | None = None,
    strategy: str = PORTFOLIO,
    check: str | Sequence[str] | None = None,
    schedule: Sequence[Deviation] | None = None,
    name: str | None = None,
) -> None:
    """Run a machine under many schedules and judge it; of many examples, aim at rarer ones.

    Args:
        parameters: the machine and its programs.
        kernel: a revision's name, FILE.py:CLASS, or a class.
        bugs: names of bugs put into it.
        executions: how many schedules; None for as many as have some 8,000 steps together.
        strategy: what chooses the schedules, as on the command line.
        check: what else is checked, as on the command line; a class is checked for data races
            unless this says otherwise.
        schedule: run it under this schedule alone.
        name: what the schedules derive from beside the machine; the running test of pytest if
            none is given.

    Raises:
        MachineFailed: something is wrong under a schedule; the text says what, and replays it.
        BadParameters: the parameters describe no machine.
        BadArgument: there is no such strategy or check, or executions is no number from 1.
        CompositionError: there is no such kernel or bug, or they do not go together.
        HarnessBug: the harness's own code raised an exception.
    """
    __tracebackhide__ = True
    strategy = arguments.strategy(strategy)
    if executions is not None and (type(executions) is not int or executions < 1):
        raise BadArgument(f"executions is a number from 1, not {executions!r}")
    test = running_test() if name is None else name
    tried = _Tried(parameters, test.rpartition("::")[2] or "check_machine", kernel, bugs, check)
    with without_deadline(), carriers() as pool:
        if schedule is not None:
            tried.run(LenientReplay(schedule), pool)
        else:
            tried.explore(test, strategy, executions, pool)
    if tried.found is not None:
        raise MachineFailed(tried.found)
    tried.aim.take()


def check_calls(
    parameters: Parameters,
    strategy: Strategy,
    name: str,
    *,
    kernel: str | type,
    bugs: str | Sequence[str],
    check: str | Sequence[str] | None,
) -> None:
    """Run a machine once, under the schedule that a strategy follows, and judge it.

    Args:
        parameters: the machine and its programs.
        strategy: what follows the schedule.
        name: what the token of a failure says that it is of.
        kernel: as for check_machine; so are the rest, and what is raised.
        bugs: see there.
        check: see there.
    """
    __tracebackhide__ = True
    tried = _Tried(parameters, name, kernel, bugs, check)
    with without_deadline(), carriers() as pool:
        tried.run(strategy, pool, where="the execution of these calls")
    if tried.found is not None:
        raise MachineFailed(tried.found)
    tried.aim.take()


class _Tried:
    """One machine and what has come of it so far.

    Attributes:
        found: the first failure.
        aim: what Hypothesis is told of it.
    """

    def __init__(
        self,
        parameters: Parameters,
        name: str,
        kernel: str | type,
        bugs: str | Sequence[str],
        check: str | Sequence[str] | None,
    ) -> None:
        if not isinstance(parameters, Parameters):
            raise BadArgument(f"a machine is given as vgic.Parameters, not {parameters!r:.80}")
        self._parameters = Parameters.from_values(parameters.to_values())
        self._target = _target(kernel, _names(bugs), None if check is None else _names(check))
        self._name = name
        self._executions = 0
        self.found: Failing | None = None
        self.aim = Aim()

    def explore(self, test: str, strategy: str, executions: int | None, pool: Carriers) -> None:
        """Run it quietly first, and then under other schedules, up to the first failure."""
        length = self.run(Quiet(), pool)
        count = executions or max(EXECUTIONS_MIN, STEPS // length)
        for each in strategies_for(self._parameters, test, strategy, count - 1, length):
            if self.found is not None:
                return
            self.run(each, pool)

    def run(self, strategy: Strategy, pool: Carriers, *, where: str = "") -> int:
        """Run it once; return how many steps it took."""
        target, listening = self._target, self.aim.listens
        single = run(self._parameters, target, strategy, pool, listening=listening)
        execution = single.execution
        if isinstance(execution.outcome, Failed):
            where = where or f"execution {self._executions} of this machine"
            failure, schedule = execution.outcome.failure, execution.deviations
            self.found = Failing(self._parameters, schedule, failure, target, self._name, where)
        self.aim.saw(single)
        self._executions += 1
        return max(execution.steps, 1)


@cache
def _target(kernel: str | type, bugs: tuple[str, ...], checks: tuple[str, ...] | None) -> Target:
    """Return what is tested; the same one for all examples of a test."""
    target = target_of(kernel, arguments.bugs(bugs))
    races = None if checks is None else bool(arguments.races(checks))
    target = target.judged_by(races, kicks=arguments.kicks(checks))
    target.check()
    return target


def _names(names: object) -> tuple[str, ...]:
    """Return names as a tuple; one alone may be given as it is."""
    if isinstance(names, str):
        return (names,)
    if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise BadArgument(f"bugs and checks go by their names, not {names!r:.80}")
    return tuple(names)


def running_test() -> str:
    """Return the id of the test that pytest runs, "" where it runs none."""
    return test_id(os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0])
