# SPDX-License-Identifier: GPL-2.0-only
"""closed_while_injecting: see the scenario's own docstring."""

from harness import Streams
from stress.scenarios.drawing import (
    draw_hardware,
    draw_irqfds,
    draw_lateness,
    draw_pulse,
    draw_routes,
    draw_spis,
)
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    CLOSE,
    EDGE,
    END,
    FIRST_PPI,
    WAIT,
    WORK,
    HostEvent,
    Instruction,
    Program,
)

_LATENESS = (0, 0, 2, 5)
_PAUSES = (0, 3, 8, 20)
_ENDS = (5, 15, 30, 60, 90)


def closed_while_injecting(streams: Streams) -> Parameters:
    """User space ends the VM at any time, while devices inject by irqfds.

    Result: Never

    Its vCPUs return one after the other, with whatever is on their lists, and irqfds go on to
    inject for those that have. Then they are shut down, and whoever closes the VM last frees its
    interrupts: nobody touches one after that, and none is left.
    """
    nr_vcpus = streams.stream("param:vcpus").choose((1, 2, 2, 3))
    stream = streams.stream("param:irqs")
    targets = [stream.pick(nr_vcpus) for _ in range(stream.between(1, 3))]
    irqs = draw_spis(stream, targets, level_per_cent=40)
    own = tuple(
        [Irq(FIRST_PPI + 11, EDGE, 0x80, vcpu) for vcpu in range(nr_vcpus) if stream.chance(30)]
    )
    devices = []
    for device in range(streams.stream("param:devices").between(1, 3)):
        pulses = streams.stream(f"dev{device}:program")
        count = pulses.between(2, 7)
        devices.append([draw_pulse(pulses, pulses.choose(irqs), _PAUSES) for _ in range(count)])
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").choose((1, 1, 2, 4)),
        irqs=irqs + own,
        guests=tuple([_guest(streams, vcpu, nr_vcpus, irqs) for vcpu in range(nr_vcpus)]),
        devices=draw_irqfds(streams, devices, per_cent=50),
        host=(HostEvent(CLOSE, 0, streams.stream("host0:program").choose(_ENDS)),),
        hardware=draw_hardware(streams),
    )


def _guest(streams: Streams, vcpu: int, nr_vcpus: int, irqs: tuple[Irq, ...]) -> Program:
    stream = streams.stream(f"vcpu{vcpu}:program")
    instructions: list[Instruction] = []
    for _ in range(stream.between(2, 5)):
        instructions += [WORK] * stream.pick(3)
        if nr_vcpus > 1 and stream.chance(30):
            (route,) = draw_routes(stream, irqs, 1, nr_vcpus)
            instructions.append(Instruction(ACCESS, route))
        elif stream.chance(20):
            instructions.append(WAIT)
        else:
            instructions += stream.choose_each((ACKNOWLEDGE, END), 2)
    return Program(tuple(instructions), draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS))


SCENARIO = Scenario(
    draw=closed_while_injecting,
    length=150,
    executions_min=300,
)
