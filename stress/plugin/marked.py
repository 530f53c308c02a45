# SPDX-License-Identifier: GPL-2.0-only
"""What a test marked `vgic_stress` does before its body: a scenario, on the kernel it names.

The same executions as `vgic-stress run SCENARIO --seed N` has.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence

from stress.plugin.calls import search
from stress.plugin.marker import BadMarker, Marked, checked
from stress.plugin.replaying import is_of_machine, replay_machine
from stress.plugin.task import Task
from stress.plugin.tested import scenario_named, tested
from stress.scenarios import SCENARIOS
from vgic import DEFAULT


def stress(
    args: Sequence[object], kwargs: Mapping[str, object], task_for: Callable[[Marked], Task]
) -> None:
    """Run what a marker asks for, or replay the tokens that are asked for instead.

    Args:
        args: the marker's positional arguments.
        kwargs: the marker's keyword arguments.
        task_for: returns what is asked of a test that is marked so.

    Raises:
        BadMarker: an argument of the marker makes no sense.
        SchedulesFailed: there is a finding, or the class under test cannot be judged.
        HarnessAtFault: something is wrong with the harness.
    """
    try:
        marked = inspect.signature(_stress).bind(task_for, *args, **kwargs)
    except TypeError as error:
        raise BadMarker(str(error)) from error
    _stress(*marked.args, **marked.kwargs)


def _stress(
    task_for: Callable[[Marked], Task],
    /,
    scenario: object,
    executions: object = None,
    kernel: object = DEFAULT,
    bugs: object = (),
    strategy: object = None,
    check: object = None,
    points: object = None,
) -> None:
    task = task_for(checked(executions, strategy, check, points=points))
    target = tested(kernel, bugs, check, task.points)
    if task.replays is None:
        search(SCENARIOS[scenario_named(scenario)], target, task)
    elif is_of_machine(task.replays.tokens):
        replay_machine(task.replays, target)
