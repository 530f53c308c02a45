# SPDX-License-Identifier: GPL-2.0-only
"""One machine under many schedules: what the body of a test under `@given` calls."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
from stress.inputs import BadArgument, Points, arguments
from stress.plugin import Budget, Counts, running, test_id
from vgic import DEFAULT, Parameters


def check_machine(
    parameters: Parameters,
    *,
    kernel: str | type = DEFAULT,
    bugs: str | Sequence[str] = (),
    executions: int | None = None,
    strategy: str | None = None,
    check: str | Sequence[str] | None = None,
    points: str | None = None,
    schedule: Sequence[Deviation] | None = None,
    name: str | None = None,
) -> None:
    """Run a machine under many schedules and judge it; of many examples, aim at rarer ones.

    In a test of pytest the command line comes before executions and strategy, and these before the
    ini file. A failure that the test fails for is confirmed in a fresh process and kept.

    Args:
        parameters: the machine and its programs.
        kernel: a revision's name, FILE.py:CLASS, or a class.
        bugs: names of bugs put into it.
        executions: how many schedules; None for as many as have some 8,000 steps together.
        strategy: what chooses the schedules, as on the command line; None for the portfolio.
        check: what else is checked, as on the command line; a class is checked for data races
            unless this says otherwise.
        points: where threads can be interleaved, as on the command line; None for the standard.
        schedule: run it under this schedule alone.
        name: what the schedules derive from beside the machine; the running test of pytest if
            none is given.

    Raises:
        MachineFailed: something is wrong under a schedule; the text says what, and replays it.
        BadParameters: the parameters describe no machine.
        BadArgument: there is no such strategy, check or points, or executions is no number from 1.
        CompositionError: there is no such kernel or bug, or they do not go together.
        HarnessBug: the harness's own code raised an exception.
    """
    __tracebackhide__ = True
    if strategy is not None:
        arguments.strategy(strategy)
    if executions is not None and (type(executions) is not int or executions < 1):
        raise BadArgument(f"executions is a number from 1, not {executions!r}")
    test = running_test() if name is None else name
    called = test.rpartition("::")[2] or "check_machine"
    tried = _Tried(parameters, called, kernel, bugs, check, points)
    with tried.judged() as pool:
        if schedule is not None:
            tried.run(LenientReplay(schedule), pool, "the schedule given")
        else:
            tried.explore(test, strategy, executions, pool)


def check_calls(
    parameters: Parameters,
    strategy: Strategy,
    name: str,
    *,
    kernel: str | type,
    bugs: str | Sequence[str],
    check: str | Sequence[str] | None,
    points: str | None,
) -> None:
    """Run a machine once, under the schedule that a strategy follows, and judge it.

    Args:
        parameters: the machine and its programs.
        strategy: what follows the schedule.
        name: what the token of a failure says that it is of.
        kernel: as for check_machine; so are the rest, and what is raised.
        bugs: see there.
        check: see there.
        points: see there.
    """
    __tracebackhide__ = True
    tried = _Tried(parameters, name, kernel, bugs, check, points)
    with tried.judged() as pool:
        tried.run(strategy, pool, "calls", where="the execution of these calls")


class _Tried:
    """One machine and what has come of it so far.

    Attributes:
        found: the first failure.
    """

    def __init__(
        self,
        parameters: Parameters,
        name: str,
        kernel: str | type,
        bugs: str | Sequence[str],
        check: str | Sequence[str] | None,
        points: str | None,
    ) -> None:
        if not isinstance(parameters, Parameters):
            raise BadArgument(f"a machine is given as vgic.Parameters, not {parameters!r:.80}")
        self._parameters = Parameters.from_values(parameters.to_values())
        self._name = name
        self._test = running()
        if self._test is not None:
            points = self._test.points(points)
        checks = None if check is None else _names(check)
        self._target = _target(kernel, _names(bugs), checks, points or Points.STANDARD)
        self._seed = 0 if self._test is None else self._test.seed
        self._executions = 0
        self._windows = set[str]()
        self._aim = Aim()
        self.found: Failing | None = None

    @contextmanager
    def judged(self) -> Iterator[Carriers]:
        """Lend what it runs on; then count what was tried, and raise what was found.

        Raises:
            MachineFailed: an execution has failed.
        """
        began = time.monotonic()
        try:
            with without_deadline(), carriers() as pool:
                yield pool
        finally:
            if self._test is not None:
                windows, seconds = len(self._windows), time.monotonic() - began
                self._test.count(Counts(self._executions, windows=windows, seconds=seconds))
        if self.found is not None:
            if self._test is not None:
                self._test.fails_after(self._executions)
            raise MachineFailed(self.found)
        self._aim.take()

    def explore(
        self, test: str, strategy: str | None, executions: int | None, pool: Carriers
    ) -> None:
        """Run it quietly first, and then under other schedules, up to the first failure."""
        began = time.monotonic()
        length = self.run(Quiet(), pool, "quiet")
        budget = None if executions is None else Budget(executions)
        if self._test is not None:
            strategy, budget = self._test.strategy(strategy), self._test.budget(executions)
        strategy = strategy or PORTFOLIO
        budget = budget or Budget(max(EXECUTIONS_MIN, STEPS // length))
        # Schedules are those of the test alone where the session has no seed.
        root, count = f"{test}, seed {self._seed:#x}" if self._seed else test, len(budget.numbers)
        for each in strategies_for(self._parameters, root, strategy, count - 1, length):
            if self.found is not None or budget.is_over(began, self._executions):
                return
            self.run(each, pool, strategy)

    def run(self, strategy: Strategy, pool: Carriers, chosen_by: str, *, where: str = "") -> int:
        """Run it once; return how many steps it took."""
        target, listening = self._target, self._aim.listens
        single = run(self._parameters, target, strategy, pool, listening=listening)
        execution = single.execution
        if isinstance(execution.outcome, Failed):
            self.found = Failing(
                parameters=self._parameters,
                deviations=execution.deviations,
                failure=execution.outcome.failure,
                target=target,
                name=self._name,
                where=where or self._where(),
                execution=self._executions,
                strategy=chosen_by,
            )
        self._aim.saw(single)
        self._windows |= single.windows
        self._executions += 1
        return max(execution.steps, 1)

    def _where(self) -> str:
        """Say which execution it is that begins, or goes on."""
        seed = f", seed {self._seed:#x}" if self._seed else ""
        return f"execution {self._executions} of this machine{seed}"


@cache
def _target(
    kernel: str | type, bugs: tuple[str, ...], checks: tuple[str, ...] | None, points: str
) -> Target:
    """Return what is tested; the same one for all examples of a test."""
    target = target_of(kernel, arguments.bugs(bugs))
    races = None if checks is None else bool(arguments.races(checks))
    where = arguments.one_of(list(Points), points, "points")
    target = target.races_checked(races)
    target = target.checking(points=where, **arguments.checking(checks))
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
