# SPDX-License-Identifier: GPL-2.0-only
"""raised_from_interrupts: see the scenario's own docstring."""

from harness import Stream, Streams
from stress.scenarios.drawing import draw_hardware, draw_irqfds, draw_lateness, draw_spis
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import DISABLE, ENABLE, Access
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    END,
    EOI_MODE,
    WAIT,
    WORK,
    Instruction,
    Program,
    Pulse,
    dir_of,
    setting,
)

_LATENESS = (0, 0, 1, 4)
_PAUSES = (0, 2, 6, 12)


def raised_from_interrupts(streams: Streams) -> Parameters:
    """Lines rise out of interrupts of the host, or with interrupts off, while guests run.

    Result: Never

    So an irqfd injects: whoever signals it, a driver's handler among them, calls the vGIC itself,
    and nothing that it comes to may wait for another CPU. Shared interrupts of both kinds; guests
    that deactivate apart from the end, so that kernels that count what is in flight tell all vCPUs
    of the first; and such as wait.
    """
    nr_vcpus = streams.stream("param:vcpus").choose((1, 2, 2, 3))
    stream = streams.stream("param:irqs")
    targets = [stream.pick(nr_vcpus) for _ in range(stream.between(1, 4))]
    irqs = draw_spis(stream, targets, level_per_cent=40)
    devices = [
        _device(streams, dev, irqs) for dev in range(streams.stream("param:devices").between(1, 3))
    ]
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").choose((1, 2, 2, 4)),
        irqs=irqs,
        guests=tuple([_guest(streams, vcpu, irqs) for vcpu in range(nr_vcpus)]),
        devices=draw_irqfds(streams, devices, per_cent=80),
        hardware=draw_hardware(streams),
    )


def _guest(streams: Streams, vcpu: int, irqs: tuple[Irq, ...]) -> Program:
    stream = streams.stream(f"vcpu{vcpu}:program")
    instructions = [setting(EOI_MODE, 1)] if stream.chance(50) else []
    for _ in range(stream.between(2, 5)):
        instructions += [WORK] * stream.pick(3)
        if stream.chance(20):
            intid = stream.choose(irqs).intid
            instructions += [Instruction(ACCESS, Access(each, intid)) for each in (DISABLE, ENABLE)]
        elif stream.chance(15):
            instructions.append(WAIT)
        else:
            instructions += stream.choose_each((ACKNOWLEDGE, ACKNOWLEDGE, END, dir_of()), 2)
    return Program(tuple(instructions), draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS))


def _device(streams: Streams, device: int, irqs: tuple[Irq, ...]) -> tuple[Pulse, ...]:
    stream = streams.stream(f"dev{device}:program")
    return tuple([_pulse(stream, irqs) for _ in range(stream.between(1, 4))])


def _pulse(stream: Stream, irqs: tuple[Irq, ...]) -> Pulse:
    return Pulse(stream.choose(irqs).intid, not stream.chance(15), stream.choose(_PAUSES))


SCENARIO = Scenario(
    draw=raised_from_interrupts,
    length=150,
    executions_min=300,
)
