# SPDX-License-Identifier: GPL-2.0-only
"""keys_change_while_sorting: see the scenario's own docstring."""

from collections.abc import Sequence

from harness import Stream, Streams
from stress.scenarios.drawing import AWAITED, accessing, draw_lateness, draw_rising, opened
from stress.scenarios.portfolios import FOR_MIGRATION
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import DISABLE, ENABLE, PEND, ROUTE, Access
from vgic.data import ACCESS, EDGE, END, FIRST_SPI, LEVEL, WORK, Instruction, Program, Pulse

_LATENESS = (1, 2, 4)
_PAUSES = (0, 0, 20, 60)
_PAUSES_OF_LINE = (0, 2, 6, 30)
_WAYS = ("disable", "route", "level")


def keys_change_while_sorting(streams: Streams) -> Parameters:
    """What is on a list changes while that is sorted, and nobody is told.

    Result: Never

    A guest has two to four handlers open, each inside the last, and less urgent interrupts waiting
    behind them, so that its list is sorted on each way in. More of those are sent at any time, by a
    device or the other guest. One of them is disabled and enabled, routed away and back, or has its
    line lowered and raised all the while. After an exit the guest ends its innermost handler at
    once, which is outside the list registers more often than not: what is counted then has to be
    that one's end.
    """
    stream = streams.stream("param:irqs")
    handlers = draw_rising(stream, FIRST_SPI, stream.between(2, 4))
    nr_lr = streams.stream("param:nr_lr").choose((1, 1, 2, 2, 3, 4))
    way = streams.stream("param:way").choose(_WAYS)
    waiting = _waiting(stream, FIRST_SPI + len(handlers), stream.between(nr_lr, nr_lr + 1), way)
    changing = waiting[0].intid
    other, pulses = _sent(streams, waiting, level=way == "level")
    changes = streams.stream("vcpu1:changes")
    devices = [pulses]
    times = changes.between(2, 4)
    if way == "level":
        device = streams.stream("dev1:program")
        devices.append(_toggled(device, changing, 2 * times))
    elif way == "route":
        other += [(Access(ROUTE, changing, 1), Access(ROUTE, changing, 0))] * times
    else:
        other += [(Access(DISABLE, changing), Access(ENABLE, changing))] * times
    return Parameters(
        nr_lr=nr_lr,
        irqs=(*handlers, *waiting),
        guests=(_guest(streams, handlers), _in_any_order(changes, other)),
        devices=tuple(devices),
    )


def _waiting(stream: Stream, first: int, count: int, way: str) -> tuple[Irq, ...]:
    """Draw those that are less urgent than all handlers; the first is the one that changes."""
    configs = [LEVEL if way == "level" else EDGE] + [EDGE] * (count - 1)
    return tuple(
        Irq(first + number, config, 8 * (16 + stream.pick(14)), 0)
        for number, config in enumerate(configs)
    )


def _guest(streams: Streams, handlers: Sequence[Irq]) -> Program:
    stream = streams.stream("vcpu0:program")
    instructions = opened(handlers)
    for _ in handlers:
        instructions += [WORK] * stream.between(0, 6) + [Instruction(ACCESS), END]
    late = draw_lateness(streams.stream("mi:vcpu0"), _LATENESS)
    return Program(tuple(instructions), late)


def _sent(
    streams: Streams, waiting: Sequence[Irq], *, level: bool
) -> tuple[list[tuple[Access, ...]], tuple[Pulse, ...]]:
    """Draw who sends each of those that wait: the other guest, or a device."""
    stream, device = streams.stream("vcpu1:sends"), streams.stream("dev0:program")
    by_guest: list[tuple[Access, ...]] = []
    by_device: list[Pulse] = []
    for number, irq in enumerate(waiting):
        if stream.chance(50) and (number or not level):
            by_guest.append((Access(PEND, irq.intid),))
        else:
            by_device.append(Pulse(irq.intid, level=True, pause=device.choose(_PAUSES)))
    return by_guest, tuple(by_device)


def _toggled(stream: Stream, intid: int, times: int) -> tuple[Pulse, ...]:
    return tuple(
        Pulse(intid, level=not number % 2, pause=stream.choose(_PAUSES_OF_LINE))
        for number in range(times)
    )


def _in_any_order(stream: Stream, deeds: list[tuple[Access, ...]]) -> Program:
    """Let the other guest do all of that once the handlers are open."""
    instructions = [AWAITED]
    while deeds:
        instructions += accessing(stream, deeds.pop(stream.pick(len(deeds))), 3)
    return Program(tuple(instructions), (0,))


SCENARIO = Scenario(
    draw=keys_change_while_sorting,
    length=420,
    executions_min=300,
    portfolio=FOR_MIGRATION,
)
