# SPDX-License-Identifier: GPL-2.0-only
"""The space of an exploration: one machine, and which of its schedules are run.

By reduction, one execution of each behaviour: executions that differ only in the order of steps
which do not depend on each other are one. Or, to a bound of preemptions, every schedule there is.
"""

from collections.abc import Callable
from dataclasses import dataclass

from harness import Execution, NotDeterministic, OsThreads, Scheduler
from harness.search.explore import Exploration, Heard, every_behaviour, every_schedule
from stress.executions import Target, not_deterministic
from stress.scenarios import Scenario
from stress.spaces.sample import Sample
from vgic import Machine, Parameters


@dataclass(frozen=True)
class Space:
    """What is explored.

    Attributes:
        scenario: where the parameters come from.
        seed: the seed they are drawn with.
        execution: the number of the execution they are drawn for.
        preemptions: the most preemptions of a schedule; None for every behaviour.
        limit: give up after so many executions.
        target: what is tested.
    """

    scenario: Scenario
    seed: int
    execution: int
    preemptions: int | None
    limit: int
    target: Target

    def parameters(self) -> Parameters:
        """Return the machine and its programs.

        Raises:
            ScenarioAtFault: a user's scenario draws no machine, or not always the same one.
        """
        return self.scenario.parameters(self.seed, self.execution)


def explored(
    space: Space, carriers: OsThreads, heard: Heard, interrupted: Callable[[], bool]
) -> Exploration:
    """Run every execution of a space, and some of them once more.

    Args:
        space: what to explore.
        carriers: what the threads run on.
        heard: called with each execution.
        interrupted: asked before each; True ends it.

    Raises:
        NotDeterministic: an execution came out otherwise the second time.
    """
    parameters, kernel = space.parameters(), space.target.kernel

    # Orders of locks are learned by all threads together, which would make every first
    # acquisition depend on every other one; what an order leads to is explored anyway.
    def program(scheduler: Scheduler) -> None:
        Machine(scheduler, parameters, kernel, lock_order=False)

    sample = Sample()

    def both(execution: Execution) -> None:
        sample.heard(execution)
        heard(execution)

    try:
        if space.preemptions is None:
            found = every_behaviour(
                program, carriers, executions_max=space.limit, heard=both, stop=interrupted
            )
        else:
            found = every_schedule(
                program,
                carriers,
                preemptions=space.preemptions,
                executions_max=space.limit,
                heard=both,
                stop=interrupted,
            )
        sample.must_come_out_alike(program, carriers)
    except NotDeterministic as bug:
        raise not_deterministic(bug.how, parameters, space.target, carriers) from bug
    return found
