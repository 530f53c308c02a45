# SPDX-License-Identifier: GPL-2.0-only
"""mapped_in_software: see the scenario's own docstring."""

from harness import Streams
from stress.scenarios.drawing import draw_devices
from stress.scenarios.mapped_to_physical import draw_driver, draw_mapped
from stress.scenarios.scenario import Scenario
from vgic import Parameters
from vgic.hardware import Implementation

_PAUSES = (0, 0, 3, 8)


def mapped_in_software(streams: Streams) -> Parameters:
    """Devices that the host itself lets come again, on hardware where no list register does.

    Result: Never

    List registers ask for a maintenance interrupt at the end instead. The fold lets a device come
    when nothing of its interrupt is left, taken or not: what the guest has not taken comes anew.
    While it is handled, and while software has it pending, the device is held.
    """
    nr_vcpus = streams.stream("param:vcpus").choose((1, 1, 2, 2))
    irqs = draw_mapped(streams.stream("param:irqs"), nr_vcpus)
    apart = streams.stream("param:apart").chance(30)
    guests = [draw_driver(streams, vcpu, nr_vcpus, irqs, apart=apart) for vcpu in range(nr_vcpus)]
    has_tdir = streams.stream("param:hardware").chance(60)
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").choose((1, 1, 2, 4)),
        irqs=irqs,
        guests=tuple(guests),
        devices=draw_devices(streams, irqs, (2, 5), _PAUSES),
        hardware=Implementation(has_tdir=has_tdir, no_hw_deactivation=True),
    )


SCENARIO = Scenario(
    draw=mapped_in_software,
    length=200,
    executions_min=300,
)
