# SPDX-License-Identifier: GPL-2.0-only
"""What scenarios have in common: how interrupts, lateness and devices' pulses are drawn."""

from collections.abc import Iterable, Sequence

from harness import Stream, Streams
from vgic import Irq
from vgic.accesses import (
    ACCESSES,
    ACTIVATE,
    ACTIVE,
    CLEAR,
    DEACTIVATE,
    DISABLE,
    DISCARD,
    ENABLE,
    INT,
    INV,
    INVALL,
    LPIS_OFF,
    LPIS_ON,
    MAPC,
    MAPC_OFF,
    MAPD,
    MAPD_OFF,
    MAPI,
    MAPTI,
    MOVALL,
    MOVI,
    MSI,
    PEND,
    REBIND,
    ROUTE,
    Access,
)
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    AWAIT,
    CONTEXTS,
    EDGE,
    FIRST_LPI,
    FIRST_SPI,
    HOST_EVENTS,
    LEVEL,
    SIGNAL,
    WORK,
    HostEvent,
    Instruction,
    Program,
    Pulse,
    is_lpi,
    is_private,
)
from vgic.hardware import PRIORITY_SIGNALLED_MAX, Implementation

_ACTIVE_STATES = (ACTIVATE, DEACTIVATE, DEACTIVATE, ACTIVE)
COMMANDS = (
    *(MOVI, MOVI, MSI, DISCARD, LPIS_OFF, LPIS_ON, MAPI, MAPI, MAPTI, INT, INV, CLEAR),
    *(MAPD, MAPD_OFF, MAPC, MAPC_OFF, MOVALL, INVALL),
)
"""What guests do to events and their LPIs, those more often that stand there twice."""
_COMMANDING = ("m", "m", "m", "nan", "a", "e", "nn")
_CELL = 0
AWAITED = Instruction(AWAIT, number=_CELL)
"""What another guest waits for before it interferes: that the handlers are open (opened)."""


def draw_spis(stream: Stream, targets: Sequence[int], *, level_per_cent: int) -> tuple[Irq, ...]:
    """Draw one shared interrupt for each target, of any priority."""
    irqs = []
    for intid, target in enumerate(targets, FIRST_SPI):
        config = LEVEL if stream.chance(level_per_cent) else EDGE
        irqs.append(Irq(intid, config, draw_priority(stream), target))
    return tuple(irqs)


def draw_lpis(stream: Stream, targets: Sequence[int]) -> tuple[Irq, ...]:
    """Draw one LPI for each target, of any priority."""
    return tuple(
        [
            Irq(intid, EDGE, draw_priority(stream), target)
            for intid, target in enumerate(targets, FIRST_LPI)
        ]
    )


def draw_priority(stream: Stream) -> int:
    """Draw a priority of those at which a guest can be given an interrupt."""
    return min(stream.pick(32) << 3, PRIORITY_SIGNALLED_MAX)


def draw_lateness(stream: Stream, choices: Sequence[int]) -> tuple[int, ...]:
    """Draw how late the exits of a guest come."""
    return tuple(stream.choose_each(choices, 8))


def draw_pulse(stream: Stream, irq: Irq, pauses: Sequence[int]) -> Pulse:
    """Draw one pulse; now and then a level is withdrawn instead of raised."""
    withdrawn = irq.config is LEVEL and stream.chance(20)
    return Pulse(irq.intid, not withdrawn, stream.choose(pauses), irq.vcpu)


def draw_devices(
    streams: Streams, irqs: Sequence[Irq], pulses: tuple[int, int], pauses: Sequence[int]
) -> tuple[tuple[Pulse, ...], ...]:
    """Draw one or two devices that pulse any of the interrupts, from so many to so many times."""
    devices = []
    for device in range(streams.stream("param:devices").between(1, 2)):
        stream = streams.stream(f"dev{device}:program")
        count = stream.between(*pulses)
        devices.append(
            tuple([draw_pulse(stream, stream.choose(irqs), pauses) for _ in range(count)])
        )
    return tuple(devices)


def draw_irqfds(
    streams: Streams, devices: Iterable[Sequence[Pulse]], *, per_cent: int
) -> tuple[tuple[Pulse, ...], ...]:
    """Have so many of the shared lines that devices raise be raised by irqfds."""
    stream = streams.stream("param:irqfds")
    return tuple(
        [
            tuple(
                [
                    pulse._replace(context=stream.choose(CONTEXTS))
                    if pulse.level and _is_shared(pulse.intid) and stream.chance(per_cent)
                    else pulse
                    for pulse in device
                ]
            )
            for device in devices
        ]
    )


def _is_shared(intid: int) -> bool:
    """Tell whether that has a line which is no vCPU's own: an LPI has none."""
    return not (is_private(intid) or is_lpi(intid))


def draw_host(
    streams: Streams, nr_vcpus: int, events: tuple[int, int], pauses: Sequence[int]
) -> tuple[HostEvent, ...]:
    """Draw what the host does to the threads of vCPUs, from so many to so many times."""
    stream = streams.stream("host0:program")
    return tuple(
        [
            HostEvent(stream.choose(HOST_EVENTS), stream.pick(nr_vcpus), stream.choose(pauses))
            for _ in range(stream.between(*events))
        ]
    )


def draw_hardware(streams: Streams) -> Implementation:
    """Draw whether the CPUs can trap DIR alone."""
    return Implementation(has_tdir=streams.stream("param:hardware").chance(60))


def draw_active_states(stream: Stream, nr_vcpus: int, irqs: tuple[Irq, ...]) -> list[Access]:
    """Draw reads and writes of active states, and what halts the VM beside them."""
    accesses = []
    for _ in range(stream.between(0, 2)):
        kind, intid = stream.choose(_ACTIVE_STATES), stream.choose(irqs).intid
        accesses.append(Access(kind, intid, 0 if kind == ACTIVE else stream.pick(nr_vcpus)))
    if stream.chance(30):
        accesses.append(Access(REBIND, FIRST_SPI))
    return accesses


def draw_routes(stream: Stream, irqs: Sequence[Irq], count: int, nr_vcpus: int) -> list[Access]:
    """Draw writes that route interrupts to any vCPU."""
    return [Access(ROUTE, stream.choose(irqs).intid, stream.pick(nr_vcpus)) for _ in range(count)]


def draw_commands(
    stream: Stream, kinds: Sequence[str], lpis: Sequence[Irq], count: int, nr_vcpus: int
) -> list[Access]:
    """Draw accesses that are about events, each of any of these kinds."""
    accesses = []
    for _ in range(count):
        kind, event = stream.choose(kinds), stream.choose(lpis).intid
        value = stream.pick(nr_vcpus) if ACCESSES[kind].names_vcpu else 0
        if kind == INV:
            value = draw_priority(stream) | stream.chance(80)
        number = stream.pick(nr_vcpus) if kind in (MAPC, MOVALL) else 0
        about = event if ACCESSES[kind].has_interrupt else number
        accesses.append(Access(kind, about, value))
    return accesses


def draw_commanding(
    streams: Streams,
    vcpu: int,
    nr_vcpus: int,
    kinds: Sequence[str],
    lpis: Sequence[Irq],
    latenesses: Sequence[int],
) -> Program:
    """Draw a guest that handles LPIs, and accesses their events in any of these ways."""
    stream = streams.stream(f"vcpu{vcpu}:program")
    instructions = "".join(stream.choose_each(_COMMANDING, stream.between(3, 7)))
    accesses = draw_commands(stream, kinds, lpis, instructions.count("m"), nr_vcpus)
    late = draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), latenesses)
    return Program.spelled(instructions, late, accesses)


def draw_toggles(stream: Stream, intids: Sequence[int], count: int) -> list[Access]:
    """Draw writes that disable an interrupt, each paired with one that enables it again."""
    toggles = []
    for _ in range(count):
        intid = stream.choose(intids)
        toggles += [Access(DISABLE, intid), Access(ENABLE, intid)]
    return toggles


def draw_rising(stream: Stream, first: int, count: int) -> tuple[Irq, ...]:
    """Draw edges that nest, each more urgent than the one before, all above priority 0x80.

    Args:
        stream: where they are drawn from.
        first: the INTID of the first.
        count: how many; at most four.
    """
    return tuple(
        Irq(first + number, EDGE, 8 * (14 - 4 * number - stream.pick(3)), 0)
        for number in range(count)
    )


def opened(handlers: Sequence[Irq]) -> list[Instruction]:
    """Return what a guest does to have handlers open, one inside the other, and to say so."""
    instructions = []
    for irq in handlers:
        instructions += [Instruction(ACCESS, Access(PEND, irq.intid)), ACKNOWLEDGE]
    return [*instructions, Instruction(SIGNAL, number=_CELL)]


def accessing(stream: Stream, accesses: Iterable[Access], works: int) -> list[Instruction]:
    """Return accesses one after the other, each behind some other work, of fewer steps than so."""
    instructions: list[Instruction] = []
    for access in accesses:
        instructions += [WORK] * stream.pick(works) + [Instruction(ACCESS, access)]
    return instructions
