# SPDX-License-Identifier: GPL-2.0-only
"""whole_vm: see the scenario's own docstring."""

from harness import Stream, Streams
from stress.scenarios.drawing import (
    draw_commands,
    draw_hardware,
    draw_host,
    draw_irqfds,
    draw_lpis,
    draw_priority,
    draw_pulse,
    draw_spis,
)
from stress.scenarios.events_remapped import COMMANDS
from stress.scenarios.random_program import draw_guest, draw_sgis
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import RAISE, Access
from vgic.data import ACCESS, FIRST_PPI, LEVEL, Instruction, Program, Pulse

_VCPUS, _ITS_WRITER = 4, 3
_TIMER = FIRST_PPI + 11
_PAUSES = (0, 0, 2, 6, 12)
_CONTENDERS = (
    *("route", "toggle", "pend", "unpend", "sgi", "sgis", "active", "wait", "apart"),
    *("groups", "masks", "lpis"),
)
"""What guests do, each in three of four executions."""


def whole_vm(streams: Streams) -> Parameters:
    """A whole VM: four vCPUs, four devices, an ITS, timers, a host, and up to 64 interrupts.

    Result: Never

    Everybody contends at once: guests that handle what comes, route, disable, pend, activate, mask
    and send each other SGIs; one of them has the ITS map, move and discard what devices send their
    messages for; devices that raise lines out of threads and out of interrupts, some of them passed
    through; timers on top of whatever their vCPUs do; ticks, signals and other threads. What the
    other scenarios each have alone meets here.
    """
    stream = streams.stream("param:irqs")
    spis = _spis(stream)
    timers = tuple([Irq(_TIMER, LEVEL, draw_priority(stream), n, mapped=True) for n in range(4)])
    lpis = draw_lpis(stream, [stream.pick(_VCPUS) for _ in range(stream.between(4, 8))])
    swarm = streams.stream("param:swarm")
    deeds = frozenset(["lpis", *[each for each in _CONTENDERS if swarm.chance(75)]])
    guests = [draw_guest(streams, vcpu, _VCPUS, (*spis, *lpis), deeds) for vcpu in range(_VCPUS)]
    guests = [
        _with(streams.stream(f"vcpu{vcpu}:more"), guest, vcpu, lpis)
        for vcpu, guest in enumerate(guests)
    ]
    irqs = (*spis, *timers, *lpis)
    devices = (
        *(_device(streams, number, spis) for number in range(2)),
        _device(streams, 2, lpis),
        _device(streams, 3, timers),
    )
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").choose((1, 2, 4, 4)),
        irqs=(*irqs, *draw_sgis(streams, tuple(guests))),
        guests=tuple(guests),
        devices=draw_irqfds(streams, devices[:2], per_cent=30) + devices[2:],
        host=draw_host(streams, _VCPUS, (2, 5), _PAUSES),
        hardware=draw_hardware(streams),
    )


def _spis(stream: Stream) -> tuple[Irq, ...]:
    """Draw shared interrupts, of which some have devices that are passed through."""
    targets = [stream.pick(_VCPUS) for _ in range(stream.between(12, 36))]
    return tuple(
        [
            irq._replace(resampled=irq.config is LEVEL and stream.chance(30))
            for irq in draw_spis(stream, targets, level_per_cent=40)
        ]
    )


def _device(streams: Streams, number: int, irqs: tuple[Irq, ...]) -> tuple[Pulse, ...]:
    stream = streams.stream(f"dev{number}:program")
    return tuple(
        [draw_pulse(stream, stream.choose(irqs), _PAUSES) for _ in range(stream.between(4, 8))]
    )


def _with(stream: Stream, guest: Program, vcpu: int, lpis: tuple[Irq, ...]) -> Program:
    """Have a guest arm its timer, and the writer of the ITS' commands write some."""
    added = [Access(RAISE, _TIMER)] * stream.between(0, 2)
    if vcpu == _ITS_WRITER:
        added += draw_commands(stream, tuple(COMMANDS), lpis, stream.between(4, 10), _VCPUS)
    instructions = list(guest.instructions)
    for access in added:
        instructions.insert(stream.pick(len(instructions) + 1), Instruction(ACCESS, access))
    return guest._replace(instructions=tuple(instructions))


SCENARIO = Scenario(
    draw=whole_vm,
    length=1500,
    executions_min=300,
)
