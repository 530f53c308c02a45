# SPDX-License-Identifier: GPL-2.0-only
"""reroute_while_pruning: see the scenario's own docstring."""

from harness import Stream, Streams
from stress.scenarios.drawing import (
    draw_devices,
    draw_lateness,
    draw_routes,
    draw_spis,
    draw_toggles,
)
from stress.scenarios.portfolios import FOR_MIGRATION
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import Access
from vgic.data import Program

_LATENESS = (0, 0, 2)
_PAUSES = (0, 0, 2, 8)


def reroute_while_pruning(streams: Streams) -> Parameters:
    """Interrupts are rerouted and disabled inside the window in which prune holds no lock.

    Result: Never

    To move an interrupt to another vCPU prune has to drop its own list's lock and take two. In
    between a third vCPU routes the interrupt elsewhere, or disables it, or enables it again. Prune
    must look again and start over; an interrupt put on a list it no longer belongs on is lost to
    the vCPU that waits for it.
    """
    nr_vcpus = streams.stream("param:vcpus").between(2, 4)
    irqs = draw_spis(
        streams.stream("param:irqs"),
        [0] * streams.stream("param:count").between(2, 4),
        level_per_cent=20,
    )
    guests = []
    for vcpu in range(nr_vcpus):
        stream = streams.stream(f"vcpu{vcpu}:program")
        accesses = _accesses(stream, irqs, nr_vcpus)
        instructions = "".join(stream.choose(("m", "mn", "am", "me")) for _ in accesses)
        late = draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS)
        guests.append(Program.spelled(instructions, late, accesses))
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").between(1, 4),
        irqs=irqs,
        guests=tuple(guests),
        devices=draw_devices(streams, irqs, (4, 8), _PAUSES),
    )


def _accesses(stream: Stream, irqs: tuple[Irq, ...], nr_vcpus: int) -> tuple[Access, ...]:
    """Mix routes with toggles; a disabled interrupt is enabled again, routed or not."""
    routes = draw_routes(stream, irqs, stream.between(2, 5), nr_vcpus)
    toggles = draw_toggles(stream, [irq.intid for irq in irqs], stream.between(0, 2))
    mixed = []
    while routes and toggles:
        mixed.append((routes if stream.chance(60) else toggles).pop(0))
    return (*mixed, *routes, *toggles)


SCENARIO = Scenario(
    draw=reroute_while_pruning,
    length=420,
    executions_min=300,
    portfolio=FOR_MIGRATION,
)
