# SPDX-License-Identifier: GPL-2.0-only
"""One execution from end to end: parameters in, verdict out."""

from dataclasses import dataclass

from harness import (
    Carriers,
    Execution,
    NotDeterministic,
    Scheduler,
    Strategy,
    Streams,
    execute,
)
from harness.detectors.lock_order import Learned
from harness.engine import Touch
from harness.search.strategies import STRATEGIES
from stress.executions.differing import not_deterministic
from stress.executions.target import Target
from stress.scenarios import Scenario
from stress.system import check_memory, printed
from vgic import Machine, Parameters


@dataclass(frozen=True)
class Single:
    """One execution and what is known of it.

    Attributes:
        parameters: the machine and its programs.
        execution: what happened.
        windows: the windows it crossed.
        orders: the orders in which it took locks.
        called: what was called of what the kernel overrides.
        steps: what else it reached of what leads to windows.
        printed: what the class under test has printed, in lines.
    """

    parameters: Parameters
    execution: Execution
    windows: frozenset[str]
    orders: tuple[Learned, ...] = ()
    called: frozenset[str] = frozenset()
    steps: frozenset[str] = frozenset()
    printed: tuple[str, ...] = ()


def run(
    parameters: Parameters,
    target: Target,
    strategy: Strategy,
    carriers: Carriers,
    *,
    listening: bool = False,
) -> Single:
    """Run a machine once.

    Args:
        parameters: the machine and its programs.
        target: what is tested.
        strategy: decides the schedule.
        carriers: what the threads run on.
        listening: have the execution say what its steps touched.

    Raises:
        CompositionError: the target is no kernel.
        MemoryError: it has met the bound that this process has.
        NotDeterministic: a strategy that has seen the program run has met another one.
        HarnessBug: the harness's own code raised an exception.
    """
    machines: list[Machine] = []
    kernel = target.kernel  # what is wrong with it is no failure of an execution

    def program(scheduler: Scheduler) -> None:
        machines.append(Machine(scheduler, parameters, kernel))

    touches: list[Touch] | None = [] if listening else None
    try:
        execution = execute(program, strategy, carriers, touches=touches)
    except NotDeterministic as bug:
        raise not_deterministic(bug.how, parameters, target, carriers) from bug
    check_memory(execution)
    if not machines:
        return Single(parameters, execution, frozenset(), printed=printed(carriers))
    machine = machines[-1]
    windows, orders = frozenset(machine.windows), machine.kvm.order.learned()
    machine.retire()
    return Single(
        parameters,
        execution,
        windows,
        orders,
        frozenset(machine.called),
        frozenset(machine.steps),
        printed(carriers),
    )


def run_index(
    scenario: Scenario,
    seed: int,
    index: int,
    strategy: str,
    target: Target,
    carriers: Carriers,
    *,
    listening: bool = False,
) -> Single:
    """Run one execution of a campaign; it depends on nothing but these arguments.

    Args:
        scenario: which scenario.
        seed: the campaign's seed.
        index: the number of the execution, from 0.
        strategy: the strategy's name, or the mix.
        target: what is tested.
        carriers: what the threads run on.
        listening: have the execution say what its steps touched.

    Raises:
        NotDeterministic: a strategy that has seen the program run has met another one.
        ScenarioAtFault: a user's scenario draws no machine, or not always the same one.
        HarnessBug: the harness's own code raised an exception.
    """
    streams = Streams(seed, scenario.name, index)
    chosen = STRATEGIES[scenario.strategy(strategy, index)]
    schedule = chosen(streams.stream("schedule"), scenario.length)
    parameters = scenario.parameters(seed, index)
    return run(parameters, target, schedule, carriers, listening=listening)
