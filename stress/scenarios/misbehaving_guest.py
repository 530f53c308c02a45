# SPDX-License-Identifier: GPL-2.0-only
"""misbehaving_guest: see the scenario's own docstring."""

from harness import Streams
from stress.scenarios.drawing import draw_lateness, draw_pulse
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.data import FIRST_SPI, Config, Program

_LATENESS = (4, 8, 16)
_PAUSES = (0, 4, 12)


def misbehaving_guest(streams: Streams) -> Parameters:
    """A guest ends interrupts twice, so that EOIcount runs past what is active outside.

    Result: Never

    With handlers open in and outside the list registers it ends one that is outside twice:
    EOIcount says two where one is active there. Whatever becomes of its own interrupts, the guest
    has asked for it; but the host must not walk off the overflow list, take a list head for an
    interrupt, deadlock or go round for ever. From the first such end on only memory, lists, locks
    and termination are judged.
    """
    nr_lr = streams.stream("param:nr_lr").between(2, 3)
    stream = streams.stream("param:irqs")
    irqs = tuple(
        Irq(FIRST_SPI + number, Config.EDGE, 8 * (30 - 4 * number - stream.pick(4)), 0)
        for number in range(nr_lr + stream.between(1, 3))
    )
    program = streams.stream("vcpu0:program")
    opening = "".join("a" + "n" * program.between(0, 4) for _ in range(2 * len(irqs)))
    ending = "".join(program.choose("eeaxxn") for _ in range(program.between(4, 10)))
    devices = []
    for device in range(streams.stream("param:devices").between(1, 2)):
        own = streams.stream(f"dev{device}:program")
        devices.append(tuple(draw_pulse(own, irq, _PAUSES) for irq in irqs))
    late = draw_lateness(streams.stream("mi:vcpu0"), _LATENESS)
    return Parameters(
        nr_lr=nr_lr,
        irqs=irqs,
        guests=(Program.spelled(opening + ending + "x", late),),
        devices=tuple(devices),
    )


SCENARIO = Scenario(
    draw=misbehaving_guest,
    length=210,
    executions_min=300,
)
