# SPDX-License-Identifier: GPL-2.0-only
"""Which values of a machine have a quieter one: what is left does nothing that does not matter."""

from collections.abc import Iterator

from stress.shrinking.leaving_out import Smaller
from vgic import Irq, Parameters
from vgic.data import Config, Program
from vgic.hardware import PLAIN

PRIORITY = 0x80
"""What an interrupt's priority is where it does not matter."""


def quieter(parameters: Parameters) -> Iterator[Smaller]:
    """Yield the parameters with one value each made quieter, those that do most first."""
    for nr_lr in range(1, parameters.nr_lr):
        yield Smaller(parameters._replace(nr_lr=nr_lr))
    yield from _guests(parameters)
    yield from _pulses_and_events(parameters)
    yield from _irqs(parameters)
    if parameters.hardware != PLAIN:
        yield Smaller(parameters._replace(hardware=PLAIN))


def _guests(parameters: Parameters) -> Iterator[Smaller]:
    for vcpu, guest in enumerate(parameters.guests):
        for lateness in _lateness(guest):
            guests = list(parameters.guests)
            guests[vcpu] = guest._replace(lateness=lateness)
            yield Smaller(parameters._replace(guests=tuple(guests)))


def _lateness(guest: Program) -> Iterator[tuple[int, ...]]:
    late = guest.lateness
    if late != (0,):
        yield (0,)
    if len(late) > 1:
        for single in sorted(set(late) - {0}):
            yield (single,)
        yield late[: len(late) // 2]
        yield late[:-1]
    for position, each in enumerate(late):
        for less in _less(each):
            yield (*late[:position], less, *late[position + 1 :])


def _less(value: int) -> list[int]:
    """Return smaller values, the quietest first."""
    return [less for less in (0, value // 2, value - 1) if 0 <= less < value]


def _pulses_and_events(parameters: Parameters) -> Iterator[Smaller]:
    for number, device in enumerate(parameters.devices):
        for position, pulse in enumerate(device):
            quieter_ones = [pulse._replace(pause=pause) for pause in _less(pulse.pause)]
            quieter_ones += [pulse._replace(context="")] if pulse.context else []
            for quieter_one in quieter_ones:
                devices = list(parameters.devices)
                devices[number] = (*device[:position], quieter_one, *device[position + 1 :])
                yield Smaller(parameters._replace(devices=tuple(devices)))
    host = parameters.host
    for position, event in enumerate(host):
        for pause in _less(event.pause):
            shorter_event = event._replace(pause=pause)
            events = (*host[:position], shorter_event, *host[position + 1 :])
            yield Smaller(parameters._replace(host=events))


def _irqs(parameters: Parameters) -> Iterator[Smaller]:
    irqs = parameters.irqs
    if any(irq.priority != PRIORITY for irq in irqs):
        yield _with_priorities(parameters, [PRIORITY] * len(irqs))
        # As few levels as keep the order, spread around the usual one.
        levels = sorted({irq.priority for irq in irqs})
        ranks = [PRIORITY + 8 * (levels.index(irq.priority) - len(levels) // 2) for irq in irqs]
        if ranks != [irq.priority for irq in irqs]:
            yield _with_priorities(parameters, ranks)
    for position, irq in enumerate(irqs):
        if irq.priority != PRIORITY:
            priorities = [each.priority for each in irqs]
            priorities[position] = PRIORITY
            yield _with_priorities(parameters, priorities)
        if irq.config is Config.LEVEL:
            edge = irq._replace(config=Config.EDGE, resampled=False, mapped=False)
            yield _with_irq(parameters, position, edge)
        if irq.resampled:
            yield _with_irq(parameters, position, irq._replace(resampled=False))
        if irq.mapped:
            yield _with_irq(parameters, position, irq._replace(mapped=False))
        if irq.group != 1:
            yield _with_irq(parameters, position, irq._replace(group=1))


def _with_irq(parameters: Parameters, position: int, irq: Irq) -> Smaller:
    irqs = parameters.irqs
    return Smaller(parameters._replace(irqs=(*irqs[:position], irq, *irqs[position + 1 :])))


def _with_priorities(parameters: Parameters, priorities: list[int]) -> Smaller:
    return Smaller(
        parameters._replace(
            irqs=tuple(
                irq._replace(priority=priority)
                for irq, priority in zip(parameters.irqs, priorities, strict=True)
            ),
        )
    )
