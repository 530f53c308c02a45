# SPDX-License-Identifier: GPL-2.0-only
"""What the fixture `schedules` does: runs a scenario, or a machine given as values.

Where a token is to be replayed, that is done in its place: in the call that the token is of.
"""

from harness import Quiet, Streams
from harness.search.strategies import ARMS_FOR_ONE_PROGRAM, PORTFOLIO
from stress.campaign import Result
from stress.executions import Target, run
from stress.plugin.counts import Counts
from stress.plugin.marker import BadMarker
from stress.plugin.replaying import is_of_scenario, replay_machine
from stress.plugin.task import Task
from stress.plugin.tested import scenario_named, tested
from stress.plugin.trying import Search, carriers
from stress.scenarios import SCENARIOS, Scenario
from vgic import Parameters

MACHINE = "machine"
"""What the scenario of a machine given as values is called."""


def scenario(task: Task, name: object, kernel: object, bugs: object) -> Result:
    """Run a scenario, or replay a token of it.

    Raises:
        BadMarker: there is no such scenario, kernel or bug.
    """
    target, found = tested(kernel, bugs, task.check), SCENARIOS[scenario_named(name)]
    return _searched(found, target, task)


def machine(task: Task, parameters: object, kernel: object, bugs: object) -> Result:
    """Run a machine under many schedules, or replay a token of it.

    Raises:
        BadMarker: these are no parameters, or there is no such kernel or bug.
    """
    if not isinstance(parameters, Parameters):
        raise BadMarker(f"a machine is given as vgic.Parameters, not {parameters!r:.80}")
    target = tested(kernel, bugs, task.check)

    def machine(streams: Streams) -> Parameters:
        return parameters

    if task.tokens:
        return _searched(Scenario(machine, 1, 1), target, task)
    length = run(parameters, target, Quiet(), carriers()).execution.steps
    return _searched(Scenario(machine, length, 1, ARMS_FOR_ONE_PROGRAM), target, task)


def _searched(scenario: Scenario, target: Target, task: Task) -> Result:
    if not task.tokens:
        return search(scenario, target, task)
    if is_of_scenario(task.tokens, scenario.name):
        replay_machine(task.tokens, target)
    return Result()


def search(scenario: Scenario, target: Target, task: Task) -> Result:
    """Run a scenario as a test is asked to.

    Raises:
        SchedulesFailed: there is a finding, or the class under test cannot be judged.
        HarnessAtFault: something is wrong with the harness.
    """
    found = Search(scenario, target, task.strategy or PORTFOLIO, task.seed, task.folder)
    try:
        found.run(task.budget)
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
