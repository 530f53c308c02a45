# SPDX-License-Identifier: GPL-2.0-only
"""timers_fire: see the scenario's own docstring."""

from harness import Streams
from stress.scenarios.drawing import draw_devices, draw_host, draw_lateness, draw_priority
from stress.scenarios.mapped_to_physical import draw_driver
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import PEND, RAISE, Access
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    EDGE,
    END,
    FIRST_PPI,
    FIRST_SPI,
    LEVEL,
    WAIT,
    Instruction,
    Program,
)

_LATENESS = (0, 0, 1, 4)
_PAUSES = (0, 0, 3, 8)
_TIMERS = (FIRST_PPI + 11, FIRST_PPI + 14)


def timers_fire(streams: Streams) -> Parameters:
    """Each vCPU has timers whose interrupts come on top of whatever its thread does.

    Result: Never

    The handler on the host raises the vCPU's own interrupt from there: while that is entering,
    leaving, emulating an access or about to sleep, wherever interrupts are on; in the guest it
    makes that leave. What takes a lock of the vGIC with interrupts on is waited for by a handler
    that runs on top of its holder, for ever.
    """
    nr_vcpus = streams.stream("param:vcpus").choose((1, 1, 2))
    stream = streams.stream("param:irqs")
    timers = [
        Irq(intid, LEVEL, draw_priority(stream), vcpu, mapped=True)
        for vcpu in range(nr_vcpus)
        for intid in _TIMERS[: stream.between(1, 2)]
    ]
    others = [
        Irq(FIRST_SPI + n, EDGE, draw_priority(stream), stream.pick(nr_vcpus))
        for n in range(stream.pick(3))
    ]
    irqs = (*timers, *others)
    host = streams.stream("param:host").chance(40)
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").choose((1, 1, 2, 4)),
        irqs=irqs,
        guests=tuple([_guest(streams, vcpu, nr_vcpus, irqs) for vcpu in range(nr_vcpus)]),
        devices=draw_devices(streams, irqs, (2, 5), _PAUSES),
        host=draw_host(streams, nr_vcpus, (1, 2), _PAUSES) if host else (),
    )


def _guest(streams: Streams, vcpu: int, nr_vcpus: int, irqs: tuple[Irq, ...]) -> Program:
    """Draw a guest that arms its timers, waits for them, and pends what is not its timers'."""
    stream = streams.stream(f"vcpu{vcpu}:program")
    timers = [irq.intid for irq in irqs if irq.mapped and irq.vcpu == vcpu]
    others = [irq.intid for irq in irqs if not irq.mapped]
    instructions: list[Instruction] = []
    for _ in range(stream.between(1, 4)):
        if others and stream.chance(40):
            instructions.append(Instruction(ACCESS, Access(PEND, stream.choose(others))))
        if stream.chance(60):
            instructions.append(Instruction(ACCESS, Access(RAISE, stream.choose(timers))))
        instructions += [WAIT] * stream.chance(50)
        instructions += [ACKNOWLEDGE, *[Instruction(ACCESS)] * stream.pick(2), END]
    driven = draw_driver(streams, vcpu, nr_vcpus, irqs, apart=False)
    late = draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS)
    return Program((*instructions, *driven.instructions), late)


SCENARIO = Scenario(
    draw=timers_fire,
    length=230,
    executions_min=300,
)
