# SPDX-License-Identifier: GPL-2.0-only
"""random_program: see the scenario's own docstring."""

from collections.abc import Iterator
from typing import TypeVar

from harness import Stream, Streams
from stress.scenarios.drawing import (
    COMMANDS,
    draw_active_states,
    draw_commands,
    draw_devices,
    draw_hardware,
    draw_host,
    draw_irqfds,
    draw_lateness,
    draw_lpis,
    draw_priority,
    draw_routes,
    draw_spis,
    draw_toggles,
)
from stress.scenarios.scenario import Scenario
from stress.scenarios.with_gicv2 import with_gicv2
from vgic import Irq, Parameters
from vgic.accesses import (
    PEND,
    SGI,
    SGI_LIST,
    SGI_OTHERS,
    TRIGGER,
    UNPEND,
    Access,
)
from vgic.data import (
    DISABLE_GROUP,
    EDGE,
    ENABLE_GROUP,
    EOI_MODE,
    FIRST_PPI,
    FIRST_SPI,
    HAND_OVER,
    LEVEL,
    MASK,
    TAKE_OVER,
    Instruction,
    Program,
    Pulse,
    dir_of,
    is_lpi,
    setting,
)
from vgic.hardware import PLAIN

_LATENESS = (0, 0, 1, 3, 8)
_PAUSES = (0, 0, 2, 6)
_SGIS = (0, 5)
_MASKS = (0x40, 0x80, 0xC0, 0xF8)
_DEEDS = {
    "route": 45, "toggle": 25, "pend": 25, "unpend": 25, "sgi": 25, "active": 8, "wait": 12,
    "host": 12, "apart": 15, "groups": 10, "masks": 12, "sgis": 10,
    "resampled": 10, "mapped": 10, "triggers": 8, "irqfds": 10, "lpis": 6,
}  # fmt: skip
"""What guests and the host do beside handling interrupts, in how many of a hundred executions."""

T = TypeVar("T")


def random_program(streams: Streams) -> Parameters:
    """Anything, against everything else.

    Result: Never

    Machines of one to four vCPUs and one to sixteen list registers with interrupts of every kind,
    some with a GICv2; guests that acknowledge, end, route, disable and enable, pend and unpend,
    activate and deactivate, send each other SGIs, one or several at once, mask, disable groups,
    make edges of levels and the reverse, deactivate apart from the end, map, move and discard LPIs,
    and wait for interrupts; devices that inject what they like, some out of interrupts; a host with
    ticks, signals and other threads. Each execution leaves some of these out.
    """
    nr_vcpus = streams.stream("param:vcpus").choose((1, 1, 2, 2, 2, 2, 2, 2, 3, 4))
    irqs = _irqs(streams.stream("param:irqs"), nr_vcpus)
    swarm = _swarm(streams.stream("param:swarm"))
    lpis = _lpis(streams.stream("param:lpis"), nr_vcpus) if "lpis" in swarm else ()
    guests = tuple(
        [draw_guest(streams, vcpu, nr_vcpus, irqs + lpis, swarm) for vcpu in range(nr_vcpus)]
    )
    if "resampled" in swarm:
        irqs = tuple(
            [irq._replace(resampled=irq.config is LEVEL and irq.intid >= FIRST_SPI) for irq in irqs]
        )
    if "mapped" in swarm and "triggers" not in swarm:
        irqs = tuple(
            [irq._replace(mapped=irq.config is LEVEL and not irq.resampled) for irq in irqs]
        )
    if "groups" in swarm:
        irqs = tuple([irq._replace(group=streams.stream("param:groups").pick(2)) for irq in irqs])
    irqs += lpis
    devices = _devices(streams, irqs)
    parameters = Parameters(
        nr_lr=streams.stream("param:nr_lr").choose((1, 1, 1, 2, 2, 2, 3, 4, 16)),
        irqs=(irqs + draw_sgis(streams, guests)) if swarm & {"sgi", "sgis"} else irqs,
        guests=guests,
        devices=draw_irqfds(streams, devices, per_cent=60) if "irqfds" in swarm else devices,
        host=draw_host(streams, nr_vcpus, (1, 3), _PAUSES) if "host" in swarm else (),
        hardware=draw_hardware(streams) if "apart" in swarm else PLAIN,
    )
    return with_gicv2(streams, parameters) if streams.stream("param:gic").chance(6) else parameters


def _swarm(stream: Stream) -> frozenset[str]:
    """Choose what guests do in this execution."""
    return frozenset([what for what, per_cent in _DEEDS.items() if stream.chance(per_cent)])


def _irqs(stream: Stream, nr_vcpus: int) -> tuple[Irq, ...]:
    targets = [stream.pick(nr_vcpus) for _ in range(stream.between(2, 4))]
    irqs = list(draw_spis(stream, targets, level_per_cent=30))
    for vcpu in range(nr_vcpus):
        if stream.chance(20):
            config = LEVEL if stream.chance(50) else EDGE
            irqs.append(Irq(FIRST_PPI + 11, config, draw_priority(stream), vcpu))
    return tuple(irqs)


def _lpis(stream: Stream, nr_vcpus: int) -> tuple[Irq, ...]:
    return draw_lpis(stream, [stream.pick(nr_vcpus) for _ in range(stream.between(1, 2))])


def draw_sgis(streams: Streams, guests: tuple[Program, ...]) -> tuple[Irq, ...]:
    """Give each vCPU the SGIs that somebody sends it."""
    sent = {
        (target, access.intid)
        for vcpu, guest in enumerate(guests)
        for access in guest.accesses
        if access.kind in (SGI, SGI_LIST, SGI_OTHERS)
        for target in access.subjects(vcpu, len(guests))
    }
    stream = streams.stream("param:sgis")
    return tuple(Irq(intid, EDGE, draw_priority(stream), vcpu) for vcpu, intid in sorted(sent))


def _devices(streams: Streams, irqs: tuple[Irq, ...]) -> tuple[tuple[Pulse, ...], ...]:
    """Draw devices; some lower their lines again at once, which means nothing to an edge."""
    devices = draw_devices(streams, irqs, (1, 2), _PAUSES)
    if not streams.stream("param:falls").chance(20):
        return devices
    return tuple(tuple(_with_falls(device)) for device in devices)


def _with_falls(device: tuple[Pulse, ...]) -> Iterator[Pulse]:
    for pulse in device:
        yield pulse
        yield pulse._replace(level=False, pause=0)


def draw_guest(
    streams: Streams, vcpu: int, nr_vcpus: int, irqs: tuple[Irq, ...], swarm: frozenset[str]
) -> Program:
    """Draw a guest that does any of what is chosen; LPIs come last among its interrupts."""
    stream = streams.stream(f"vcpu{vcpu}:program")
    lpis = [irq for irq in irqs if is_lpi(irq.intid)]
    irqs = irqs[: len(irqs) - len(lpis)]
    spis = [irq for irq in irqs if irq.intid >= FIRST_SPI]
    mine = [irq.intid for irq in irqs if irq.vcpu == vcpu or irq.intid >= FIRST_SPI]
    accesses: list[Access] = []
    if "route" in swarm and nr_vcpus > 1:
        accesses += draw_routes(stream, spis, stream.between(0, 3), nr_vcpus)
    if "pend" in swarm:
        accesses += [Access(PEND, stream.choose(mine)) for _ in range(stream.pick(3))]
    if "unpend" in swarm:
        accesses += [Access(UNPEND, stream.choose(mine)) for _ in range(stream.pick(2))]
    if "sgi" in swarm:
        accesses += [
            Access(SGI, stream.choose(_SGIS), stream.pick(nr_vcpus)) for _ in range(stream.pick(4))
        ]
        mine += _SGIS
    if "active" in swarm:
        accesses += draw_active_states(stream, nr_vcpus, irqs)
    accesses = _shuffled(stream, accesses)
    if "toggle" in swarm:
        accesses += draw_toggles(stream, mine, stream.between(0, 2))
    instructions = ["m"] * len(accesses)
    instructions += stream.choose_each("aaeen", stream.between(1, 4))
    instructions += ["w"] * stream.between(1, 2) if "wait" in swarm else []
    if "sgis" in swarm and nr_vcpus > 1:
        several = streams.stream(f"vcpu{vcpu}:sgis")
        accesses += [_to_several(several, nr_vcpus) for _ in range(several.pick(3))]
    if "triggers" in swarm:
        triggers = streams.stream(f"vcpu{vcpu}:triggers")
        accesses += [
            Access(TRIGGER, triggers.choose(spis).intid, triggers.pick(2))
            for _ in range(triggers.pick(3))
        ]
    if lpis:
        commands = streams.stream(f"vcpu{vcpu}:lpis")
        accesses += draw_commands(commands, COMMANDS, lpis, commands.pick(4), nr_vcpus)
    instructions += ["m"] * (len(accesses) - instructions.count("m"))
    program = Program.spelled(
        "".join(_shuffled(stream, instructions)),
        draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS),
        tuple(accesses),
    )
    return _with_settings(streams.stream(f"vcpu{vcpu}:settings"), program, swarm)


def _to_several(stream: Stream, nr_vcpus: int) -> Access:
    """Draw an SGI to some of the vCPUs, or to all others."""
    if stream.chance(50):
        return Access(SGI_OTHERS, stream.choose(_SGIS))
    return Access(SGI_LIST, stream.choose(_SGIS), stream.between(1, (1 << nr_vcpus) - 1))


def _with_settings(stream: Stream, program: Program, swarm: frozenset[str]) -> Program:
    """Add what a guest does to its own CPU interface, anywhere in its program."""
    added: list[Instruction] = []
    if "masks" in swarm:
        added += [setting(MASK, stream.choose(_MASKS)) for _ in range(stream.pick(3))]
    if "groups" in swarm:
        kinds = stream.choose_each((ENABLE_GROUP, DISABLE_GROUP), stream.pick(3))
        added += [setting(kind, stream.pick(2)) for kind in kinds]
    if "apart" in swarm:
        added += stream.choose_each(
            (dir_of(), dir_of(1), HAND_OVER, TAKE_OVER, setting(EOI_MODE, 0)), stream.pick(4)
        )
    instructions = list(program.instructions)
    for each in added:
        instructions.insert(stream.pick(len(instructions) + 1), each)
    if "apart" in swarm and stream.chance(80):
        instructions.insert(0, setting(EOI_MODE, 1))
    return program._replace(instructions=tuple(instructions))


def _shuffled(stream: Stream, items: list[T]) -> list[T]:
    items = list(items)
    for last in range(len(items) - 1, 0, -1):
        other = stream.pick(last + 1)
        items[last], items[other] = items[other], items[last]
    return items


SCENARIO = Scenario(
    draw=random_program,
    length=190,
    executions_min=300,
)
