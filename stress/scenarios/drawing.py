# SPDX-License-Identifier: GPL-2.0-only
"""What scenarios have in common: how interrupts, lateness and devices' pulses are drawn."""

from collections.abc import Sequence

from harness import Stream, Streams
from vgic import Irq
from vgic.accesses import DISABLE, ENABLE, ROUTE, Access
from vgic.data import EDGE, FIRST_SPI, HOST_EVENTS, LEVEL, HostEvent, Pulse
from vgic.hardware import PRIORITY_SIGNALLED_MAX


def draw_spis(stream: Stream, targets: Sequence[int], *, level_per_cent: int) -> tuple[Irq, ...]:
    """Draw one shared interrupt for each target, of any priority."""
    irqs = []
    for intid, target in enumerate(targets, FIRST_SPI):
        config = LEVEL if stream.chance(level_per_cent) else EDGE
        irqs.append(Irq(intid, config, draw_priority(stream), target))
    return tuple(irqs)


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


def draw_routes(stream: Stream, irqs: Sequence[Irq], count: int, nr_vcpus: int) -> list[Access]:
    """Draw writes that route interrupts to any vCPU."""
    return [Access(ROUTE, stream.choose(irqs).intid, stream.pick(nr_vcpus)) for _ in range(count)]


def draw_toggles(stream: Stream, intids: Sequence[int], count: int) -> list[Access]:
    """Draw writes that disable an interrupt, each paired with one that enables it again."""
    toggles = []
    for _ in range(count):
        intid = stream.choose(intids)
        toggles += [Access(DISABLE, intid), Access(ENABLE, intid)]
    return toggles
