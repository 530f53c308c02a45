# SPDX-License-Identifier: GPL-2.0-only
"""The fixture `schedules`: a test asks it to explore something, and asserts what it likes of it.

    def test_nothing_is_lost(schedules):
        schedules.explore(two_producers)             # any code written against harness
        schedules.scenario("one_interrupt", kernel=MyKernel)

What is found fails the test there and then, with the execution side by side and the line that
replays it. How much is tried the marker `schedules` says, or the options.
"""

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import pytest

from stress.plugin.failing import ReplayedClean, ReplayFailed, SchedulesFailed
from stress.plugin.given import is_under_given
from stress.plugin.marker import SCHEDULES, BadMarker, marked, shards_of
from stress.plugin.names import shard_of

if TYPE_CHECKING:
    from harness import Exploration, Scheduler
    from stress.campaign import Result
    from stress.plugin.task import Task
    from vgic import Parameters

_Found = TypeVar("_Found")


class Schedules:
    """Explores under many schedules, for one test.

    Each call has as many executions as the test is asked for, and the same schedules whatever was
    called before. Where a token is replayed, a call that it is not of does nothing.
    """

    def __init__(self, item: pytest.Item, shard: int) -> None:
        self._item = item
        self._shard = shard

    def __repr__(self) -> str:
        return SCHEDULES

    def explore(self, body: "Callable[[Scheduler], None]") -> "Exploration":
        """Explore a program written against harness, as `harness.check` does.

        Args:
            body: adds its threads to the scheduler it is given.

        Returns:
            What was run, if nothing is wrong.

        Raises:
            SchedulesFailed: a schedule fails.
        """
        __tracebackhide__ = True
        from stress.plugin.programs import explore

        return self._call(lambda task: explore(task, body))

    def scenario(
        self, name: str, *, kernel: str | type = "reference", bugs: str | Sequence[str] = ()
    ) -> "Result":
        """Run executions of a scenario on a kernel.

        Args:
            name: the scenario's name.
            kernel: the name of a revision, or a class of your own, which is checked for data
                races, too, unless the marker says otherwise.
            bugs: names of bugs to put in.

        Returns:
            What was run, if nothing is wrong: executions, windows, and more.

        Raises:
            SchedulesFailed: a schedule fails.
        """
        __tracebackhide__ = True
        from stress.plugin.calls import scenario

        return self._call(lambda task: scenario(task, name, kernel, bugs))

    def machine(
        self,
        parameters: "Parameters",
        *,
        kernel: str | type = "reference",
        bugs: str | Sequence[str] = (),
    ) -> "Result":
        """Run one machine with its programs, given as values, under many schedules.

        Args:
            parameters: the machine and its programs.
            kernel: as for a scenario.
            bugs: names of bugs to put in.

        Returns:
            What was run, if nothing is wrong: executions, windows, and more.

        Raises:
            SchedulesFailed: a schedule fails.
        """
        __tracebackhide__ = True
        from stress.plugin.calls import machine

        return self._call(lambda task: machine(task, parameters, kernel, bugs))

    def _call(self, explore: "Callable[[Task], _Found]") -> _Found:
        __tracebackhide__ = True
        from stress.plugin.ending import ending
        from stress.plugin.task import task_of

        task = None
        try:
            with ending(self._item):
                task = task_of(self._item, marked(self._item), self._shard)
                return explore(task)
        except SchedulesFailed as failed:
            if task is not None and task.replays is not None and is_under_given():
                raise ReplayFailed(failed) from None
            raise
        except BadMarker as error:
            wrong = str(error)
        except ReplayedClean:
            if not _is_set_up():
                raise
            pytest.skip("the token passes: it is of what is explored before the test")
        pytest.fail(f"bad call of {SCHEDULES}: {wrong}", pytrace=False)


def _is_set_up() -> bool:
    """Say whether a test has not begun yet: another fixture explores."""
    return os.environ.get("PYTEST_CURRENT_TEST", "").endswith(" (setup)")


@pytest.fixture
def schedules(request: pytest.FixtureRequest) -> Schedules:
    """Explore code under many schedules; see stress/plugin/fixture.py."""
    return Schedules(request.node, getattr(request, "param", 0))


def divide(metafunc: pytest.Metafunc) -> None:
    """Make of a test that is marked with shards so many tests."""
    shards = shards_of(metafunc.definition.get_closest_marker(SCHEDULES))
    if shards > 1 and SCHEDULES in metafunc.fixturenames:
        ids = [shard_of(number, shards) for number in range(shards)]
        metafunc.parametrize(SCHEDULES, range(shards), indirect=True, ids=ids)
