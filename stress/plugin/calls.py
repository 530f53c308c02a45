# SPDX-License-Identifier: GPL-2.0-only
"""What the fixture `schedules` does: runs a scenario, or a machine given as values.

Where a token is to be replayed, that is done in its place: in the call that the token is of.
"""

from harness import Streams
from harness.search.strategies import ARMS_FOR_ONE_PROGRAM
from stress.campaign import Result
from stress.executions import Target
from stress.plugin.counts import Counts
from stress.plugin.failing import ReplayedClean
from stress.plugin.marker import BadMarker
from stress.plugin.replaying import is_of, is_of_scenario, replay_machine
from stress.plugin.replays import Replays
from stress.plugin.task import Task
from stress.plugin.tested import scenario_named, tested
from stress.plugin.trying import Search
from stress.scenarios import SCENARIOS, Scenario
from vgic import Parameters

MACHINE = "machine"
"""What the scenario of a machine given as values is called."""


def scenario(task: Task, name: object, kernel: object, bugs: object) -> Result:
    """Run a scenario, or replay a token of it.

    Raises:
        BadMarker: there is no such scenario, kernel or bug.
    """
    target = tested(kernel, bugs, task.check, task.points)
    if task.replays is not None and isinstance(name, str):
        return _replayed(task.replays, name, target)  # it is whole: it takes no file of scenarios
    return search(SCENARIOS[scenario_named(name)], target, task)


def machine(task: Task, parameters: object, kernel: object, bugs: object) -> Result:
    """Run a machine under many schedules, or replay a token of it.

    Raises:
        BadMarker: these are no parameters, or there is no such kernel or bug.
    """
    if not isinstance(parameters, Parameters):
        raise BadMarker(f"a machine is given as vgic.Parameters, not {parameters!r:.80}")
    target = tested(kernel, bugs, task.check, task.points)

    def machine(streams: Streams) -> Parameters:
        return parameters

    if task.replays is not None:
        return _replayed(task.replays, MACHINE, target)
    return search(Scenario(machine, 0, 1, ARMS_FOR_ONE_PROGRAM), target, task)


def _replayed(replays: Replays, scenario: str, target: Target) -> Result:
    if is_of(replays.tokens, scenario, target):
        replay_machine(replays, target)
        raise ReplayedClean
    if is_of_scenario(replays.tokens, scenario):
        replays.put_off(lambda: replay_machine(replays, target))
    return Result()


def search(scenario: Scenario, target: Target, task: Task) -> Result:
    """Run a scenario as a test is asked to; one of no length is measured first.

    Raises:
        SchedulesFailed: there is a finding, or the class under test cannot be judged.
        HarnessAtFault: something is wrong with the harness.
    """
    found = Search(scenario, target, task)
    try:
        found.run()
    finally:
        result = found.result
        task.count(
            Counts(
                executions=result.executions,
                behaviours=result.seen_by_all.distinct,
                windows=len(result.windows),
                findings=found.findings,
                seconds=result.seconds,
            )
        )
    return result
