# SPDX-License-Identifier: GPL-2.0-only
"""Schedules: those that a machine is run under, and those that Hypothesis draws itself.

Hypothesis runs an example again and again, in this process and out of its database in others, and
takes a test that does not fail again for flaky. So the schedules of a machine derive from the
machine and the test alone: never from how many were tried before, from a worker or from time.
"""

import json
from collections.abc import Iterator, Sequence

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from harness import Deviation, Strategy, Streams
from harness.search.strategies import ARMS, MIX, MIXED, PORTFOLIO, STRATEGIES
from vgic import Parameters
from vgic.forwarding import FORWARDING_CPU

STEPS = 8_000
"""How many steps the executions of a machine take together where their number is not given: the
smaller a machine, the more schedules, so that what fails goes on failing while it shrinks."""
EXECUTIONS_MIN = 10

_PORTFOLIOS = {PORTFOLIO: ARMS, MIX: MIXED}
_ROLES = ("vcpu0", "dev0", "vcpu1", "dev1")
_DEVIATIONS_MAX = 6
_OPERATIONS_MAX = 80


def strategies_for(
    parameters: Parameters, test: str, strategy: str, executions: int, length: int
) -> Iterator[Strategy]:
    """Yield the strategies that choose the schedules of a machine; the first is the quiet default.

    Args:
        parameters: the machine.
        test: the id of the test, with the seed of the session if it has one.
        strategy: a strategy by name, the mix or the portfolio.
        executions: how many.
        length: the steps of the quiet execution.
    """
    arms = _PORTFOLIOS.get(strategy, (strategy,))
    machine = json.dumps(parameters.to_values(), separators=(",", ":"))
    for index in range(executions):
        stream = Streams(test, machine, index).stream("schedule")
        yield STRATEGIES[arms[index % len(arms)]](stream, length)


def deviations(parameters: Parameters | None = None) -> SearchStrategy[tuple[Deviation, ...]]:
    """Draw a schedule: a few places at which a thread gives way to another than the default one.

    It shrinks towards none: nobody is preempted. A deviation for which there is no place, since
    its thread ends before or the other one cannot go on, changes nothing.

    Args:
        parameters: the machine; None for two vCPUs and two devices.
    """
    roles = _ROLES if parameters is None else _roles(parameters)
    places = st.tuples(st.sampled_from(roles), st.integers(1, _OPERATIONS_MAX))
    drawn = st.lists(
        st.tuples(places, st.sampled_from(roles)),
        max_size=_DEVIATIONS_MAX,
        unique_by=lambda each: each[0],
    )
    return drawn.map(lambda each: tuple(Deviation(role, n, to) for (role, n), to in each))


def _roles(parameters: Parameters) -> Sequence[str]:
    return (
        *(f"vcpu{number}" for number in range(len(parameters.guests))),
        *(f"dev{number}" for number in range(len(parameters.devices))),
        *(["host0"] if parameters.host else []),
        *([FORWARDING_CPU] if any(irq.mapped for irq in parameters.irqs) else []),
    )
