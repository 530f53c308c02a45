# SPDX-License-Identifier: GPL-2.0-only
"""inject_before_entry: see the scenario's own docstring."""

from harness import Streams
from stress.scenarios.drawing import draw_devices, draw_lateness, draw_spis
from stress.scenarios.scenario import Scenario
from vgic import Parameters
from vgic.data import Program

_LATENESS = (0, 0, 1)
_PAUSES = (0, 1, 3, 7)


def inject_before_entry(streams: Streams) -> Parameters:
    """Devices inject at every point between flush and guest entry.

    Result: Never

    The vCPU has flushed and is not yet in the guest: a kick sends no IPI, so only the request
    tells it. It publishes its mode before it looks at its requests, and the injector sets the
    request before it looks at the mode; one of them must see the other, or the guest goes in and
    idles over a pending interrupt (325f9c649c8a).
    """
    nr_vcpus = streams.stream("param:vcpus").between(1, 2)
    stream = streams.stream("param:irqs")
    irqs = draw_spis(
        stream, [stream.pick(nr_vcpus) for _ in range(stream.between(1, 3))], level_per_cent=20
    )
    guests = []
    for vcpu in range(nr_vcpus):
        stream = streams.stream(f"vcpu{vcpu}:program")
        instructions = "".join(stream.choose("aen") for _ in range(stream.pick(3)))
        late = draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS)
        guests.append(Program.spelled(instructions, late))
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").between(1, 2),
        irqs=irqs,
        guests=tuple(guests),
        devices=draw_devices(streams, irqs, (2, 5), _PAUSES),
    )


SCENARIO = Scenario(
    draw=inject_before_entry,
    length=130,
    executions_min=300,
)
