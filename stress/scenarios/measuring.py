# SPDX-License-Identifier: GPL-2.0-only
"""What a campaign has to know of a scenario of the user's own before it can run it: its traits.

They are measured where it is registered and sent to every process, so that all have the same; they
are counts, so that every Python has the same.
"""

from dataclasses import dataclass

from harness import OsThreads, Quiet, Scheduler, execute
from harness.search.strategies import ARMS, ARMS_AMONG_OTHERS
from stress.scenarios.own import SAMPLE, OwnScenario, machine_digest
from vgic import Machine, Parameters, Reference

_RUNS = 5
"""The usual length is the middle one of so many."""


@dataclass(frozen=True)
class Traits:
    """A scenario of the user's own as a campaign sees it.

    Attributes:
        name: its name.
        length: the steps of a usual execution.
        portfolio: the strategies of its portfolio.
        sample: the digest of the first machines that it draws.
    """

    name: str
    length: int
    portfolio: tuple[str, ...]
    sample: str


def traits_of(scenario: OwnScenario) -> Traits:
    """Measure a scenario.

    Its length is that of quiet executions on the reference, the first ones of seed 0. If it always
    draws one machine it has the portfolio of the small scenarios, which do, too.

    Raises:
        ScenarioAtFault: it draws no machine, or not always the same for an execution.
    """
    scenario.shows_what_it_prints()
    drawn = [scenario.parameters(0, index) for index in range(SAMPLE)]
    is_one = all(each == drawn[0] for each in drawn)
    with OsThreads(pinned=False) as carriers:
        lengths = sorted(_steps(each, carriers) for each in drawn[: 1 if is_one else _RUNS])
    return Traits(
        scenario.name,
        max(1, lengths[len(lengths) // 2]),
        ARMS_AMONG_OTHERS if is_one else ARMS,
        machine_digest(*drawn),
    )


def _steps(parameters: Parameters, carriers: OsThreads) -> int:
    """Return the steps of a machine's quiet execution."""
    machines: list[Machine] = []

    def program(scheduler: Scheduler) -> None:
        machines.append(Machine(scheduler, parameters, Reference))

    execution = execute(program, Quiet(), carriers)
    for machine in machines:
        machine.retire()
    return execution.steps
