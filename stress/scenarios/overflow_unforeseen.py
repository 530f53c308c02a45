# SPDX-License-Identifier: GPL-2.0-only
"""overflow_unforeseen: see the scenario's own docstring."""

from collections.abc import Sequence

from harness import Stream, Streams
from stress.scenarios.drawing import AWAITED, accessing, draw_lateness, draw_rising, opened
from stress.scenarios.portfolios import FOR_NESTING
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import DISABLE, ENABLE, ROUTE, Access
from vgic.data import ACCESS, EDGE, END, FIRST_SPI, LEVEL, WORK, Instruction, Program, Pulse

_LATENESS = (0, 2, 4, 8)
_PAUSES_OF_LINE = (0, 0, 2, 4)
_WAYS = ("level", "level", "route", "enable")


def overflow_unforeseen(streams: Streams) -> Parameters:
    """What was left out of the counts is back before the list registers are filled.

    Result: Never

    A guest has as many handlers open as there are list registers. One interrupt more is on its
    list and changes all the while: its line falls and rises, it is routed away and back, or
    disabled and enabled. Counted while it is not to be delivered, all would fit; if it is to be
    when the list registers are filled, it takes one, and what is active stays outside. The guest
    ends its handlers after an exit, before anything that is on its way to it has come.
    """
    stream = streams.stream("param:irqs")
    nr_lr = streams.stream("param:nr_lr").between(1, 3)
    way = streams.stream("param:way").choose(_WAYS)
    config = LEVEL if way == "level" else EDGE
    changing = Irq(FIRST_SPI, config, 8 * (16 + stream.pick(14)), 0)
    handlers = draw_rising(stream, FIRST_SPI + 1, nr_lr)
    guests = [_guest(streams, handlers)]
    device = streams.stream("dev0:program")
    if way == "level":
        pulses = _toggled(device, changing.intid)
    else:
        pulses = (Pulse(changing.intid, level=True, pause=device.choose((0, 40))),)
        guests.append(_changes(streams.stream("vcpu1:program"), changing.intid, way))
    return Parameters(
        nr_lr=nr_lr,
        irqs=(changing, *handlers),
        guests=tuple(guests),
        devices=(pulses,),
    )


def _guest(streams: Streams, handlers: Sequence[Irq]) -> Program:
    stream = streams.stream("vcpu0:program")
    instructions = opened(handlers)
    for _ in range(stream.between(1, 3)):
        instructions += [WORK] * stream.pick(8) + [Instruction(ACCESS)]
    instructions += [WORK] * stream.pick(2) + [END] * len(handlers)
    late = draw_lateness(streams.stream("mi:vcpu0"), _LATENESS)
    return Program(tuple(instructions), late)


def _toggled(stream: Stream, intid: int) -> tuple[Pulse, ...]:
    """Raise and lower the line, some time after the beginning."""
    first = Pulse(intid, level=True, pause=stream.choose((10, 20, 40)))
    return (
        first,
        *(
            Pulse(intid, level=bool(number % 2), pause=stream.choose(_PAUSES_OF_LINE))
            for number in range(2 * stream.between(4, 10))
        ),
    )


def _changes(stream: Stream, intid: int, way: str) -> Program:
    """Take the interrupt away and give it back, once the handlers are open."""
    if way == "route":
        pair = (Access(ROUTE, intid, 1), Access(ROUTE, intid, 0))
    else:
        pair = (Access(DISABLE, intid), Access(ENABLE, intid))
    instructions = accessing(stream, pair * stream.between(2, 5), 2)
    return Program((AWAITED, *instructions), (0,))


SCENARIO = Scenario(
    draw=overflow_unforeseen,
    length=250,
    executions_min=300,
    portfolio=FOR_NESTING,
)
