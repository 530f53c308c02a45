# SPDX-License-Identifier: GPL-2.0-only
"""migration_ping_pong: see the scenario's own docstring."""

from harness import Streams
from stress.scenarios.drawing import draw_devices, draw_lateness, draw_spis
from stress.scenarios.portfolios import FOR_MIGRATION
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import ROUTE, Access
from vgic.data import Program

_LATENESS = (0, 0, 1, 3)
_PAUSES = (0, 0, 3, 10)


def migration_ping_pong(streams: Streams) -> Parameters:
    """Two vCPUs hold interrupts that belong to each other, and exit together.

    Result: Never

    Each guest keeps routing interrupts to the other one while they are pending, and each write
    exits. Both prune at once, each with interrupts for the other: they need the same two
    ap_list_locks. Taken in the order of the vCPUs there is no deadlock, every interrupt ends up
    where it was routed last, and whoever is given one is told.
    """
    nr_vcpus = 2
    irqs = draw_spis(
        streams.stream("param:irqs"),
        [number % nr_vcpus for number in range(streams.stream("param:count").between(2, 4))],
        level_per_cent=20,
    )
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").between(1, 4),
        irqs=irqs,
        guests=tuple(_guest(streams, vcpu, irqs) for vcpu in range(nr_vcpus)),
        devices=draw_devices(streams, irqs, (4, 8), _PAUSES),
    )


def _guest(streams: Streams, vcpu: int, irqs: tuple[Irq, ...]) -> Program:
    stream = streams.stream(f"vcpu{vcpu}:program")
    instructions = "".join(stream.choose("mmmmaen") for _ in range(stream.between(5, 10)))
    accesses = tuple(
        Access(ROUTE, stream.choose(irqs).intid, 1 - vcpu if stream.chance(75) else vcpu)
        for _ in range(instructions.count("m"))
    )
    return Program.spelled(
        instructions, draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS), accesses
    )


SCENARIO = Scenario(
    draw=migration_ping_pong,
    length=310,
    executions_min=300,
    portfolio=FOR_MIGRATION,
)
