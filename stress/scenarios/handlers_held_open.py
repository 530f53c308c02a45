# SPDX-License-Identifier: GPL-2.0-only
"""handlers_held_open: see the scenario's own docstring."""

from harness import Streams
from stress.scenarios.drawing import draw_lateness
from stress.scenarios.portfolios import FOR_NESTING
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.data import FIRST_SPI, Config, Program, Pulse

_LATENESS = (0, 0, 2, 6)
_PAUSES = (0, 6, 16, 30)


def handlers_held_open(streams: Streams) -> Parameters:
    """As many handlers are open as there are list registers when a more urgent interrupt comes.

    Result: Never

    The guest acknowledges and does not end. Active interrupts must give up their list registers
    to pending ones, or the more urgent interrupt never gets in and a guest that waits for it
    waits for ever: before v6.19 active ones came first, and activating more interrupts than there
    are list registers hung the guest (05984ba67eb6).
    """
    stream = streams.stream("param:irqs")
    nr_lr = streams.stream("param:nr_lr").between(1, 3)
    count = nr_lr + stream.between(1, 3)
    irqs = tuple(
        Irq(
            FIRST_SPI + number,
            Config.LEVEL if stream.chance(25) else Config.EDGE,
            8 * (30 - 4 * number - stream.pick(4)),
            0,
        )
        for number in range(count)
    )
    program = streams.stream("vcpu0:program")
    opening = "".join("a" + "n" * program.between(0, 3) for _ in range(count))
    held = "n" * program.between(5, 30) + "a" * program.between(1, 3)
    devices = []
    for device in range(streams.stream("param:devices").between(1, 2)):
        own = streams.stream(f"dev{device}:program")
        devices.append(
            tuple(Pulse(irq.intid, level=True, pause=own.choose(_PAUSES)) for irq in irqs)
        )
    return Parameters(
        nr_lr=nr_lr,
        irqs=irqs,
        guests=(
            Program.spelled(
                opening + held + "e" * program.between(0, count) + opening,
                draw_lateness(streams.stream("mi:vcpu0"), _LATENESS),
            ),
        ),
        devices=tuple(devices),
    )


SCENARIO = Scenario(
    draw=handlers_held_open,
    length=340,
    executions_min=300,
    portfolio=FOR_NESTING,
)
