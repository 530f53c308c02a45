# SPDX-License-Identifier: GPL-2.0-only
"""level_lines_toggle: see the scenario's own docstring."""

from harness import Streams
from stress.scenarios.drawing import draw_lateness, draw_priority
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import PEND, Access
from vgic.data import FIRST_PPI, FIRST_SPI, Config, Program, Pulse

_LATENESS = (0, 1, 4, 10)
_PAUSES = (0, 2, 6, 14)


def level_lines_toggle(streams: Streams) -> Parameters:
    """Level-triggered lines go up and down while their interrupts are handled.

    Result: Never

    A line that is up at the end of its handler makes the interrupt come again; one that went down
    before it was taken does not; one that is only on its way to a list register may have gone down
    again when the guest takes it. Shared interrupts and private ones, pended by software now and
    then, with fewer list registers than there are lines.
    """
    nr_vcpus = streams.stream("param:vcpus").between(1, 2)
    stream = streams.stream("param:irqs")
    irqs = [
        Irq(FIRST_SPI + number, Config.LEVEL, draw_priority(stream), stream.pick(nr_vcpus))
        for number in range(stream.between(1, 3))
    ]
    irqs += [Irq(FIRST_PPI + 11, Config.LEVEL, draw_priority(stream), v) for v in range(nr_vcpus)]
    guests = []
    for vcpu in range(nr_vcpus):
        stream = streams.stream(f"vcpu{vcpu}:program")
        instructions = "".join(stream.choose("aaaeennm") for _ in range(stream.between(4, 14)))
        accesses = tuple(
            Access(PEND, stream.choose(irqs).intid) for _ in range(instructions.count("m"))
        )
        late = draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS)
        guests.append(Program.spelled(instructions, late, accesses))
    devices = []
    for device in range(streams.stream("param:devices").between(1, 3)):
        stream = streams.stream(f"dev{device}:program")
        pulses = []
        for _ in range(stream.between(4, 9)):
            irq = stream.choose(irqs)
            pause = stream.choose(_PAUSES)
            pulses.append(Pulse(irq.intid, level=stream.chance(65), pause=pause, vcpu=irq.vcpu))
        devices.append(tuple(pulses))
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").between(1, 2),
        irqs=tuple(irqs),
        guests=tuple(guests),
        devices=tuple(devices),
    )


SCENARIO = Scenario(
    draw=level_lines_toggle,
    length=330,
    executions_min=300,
)
