# SPDX-License-Identifier: GPL-2.0-only
"""devices_passed_through: see the scenario's own docstring."""

from harness import Stream, Streams
from stress.scenarios.drawing import draw_devices, draw_lateness, draw_priority
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import DISABLE, ENABLE, PEND, ROUTE, Access
from vgic.data import ACCESS, ACKNOWLEDGE, END, FIRST_SPI, LEVEL, WORK, Instruction, Program

_LATENESS = (0, 0, 1, 4)
_PAUSES = (0, 0, 3, 8)
_KINDS = (ROUTE, PEND, DISABLE)


def devices_passed_through(streams: Streams) -> Parameters:
    """Devices whose lines the host keeps up until it is notified of the end.

    Result: Never

    The guest's driver deals with the device without an exit; the host hears of the end when it
    folds, with nothing held, lowers the line, and raises it again from there if the device has
    asked for more. A host that does not hear of an end leaves the line up, and the guest is
    interrupted for nothing, without end.
    """
    nr_vcpus = streams.stream("param:vcpus").choose((1, 1, 2))
    stream = streams.stream("param:irqs")
    irqs = tuple(
        [
            Irq(FIRST_SPI + n, LEVEL, draw_priority(stream), stream.pick(nr_vcpus), resampled=True)
            for n in range(stream.between(1, 3))
        ]
    )
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").choose((1, 1, 2, 4)),
        irqs=irqs,
        guests=tuple([_guest(streams, vcpu, nr_vcpus, irqs) for vcpu in range(nr_vcpus)]),
        devices=draw_devices(streams, irqs, (2, 5), _PAUSES),
    )


def _guest(streams: Streams, vcpu: int, nr_vcpus: int, irqs: tuple[Irq, ...]) -> Program:
    stream = streams.stream(f"vcpu{vcpu}:program")
    instructions: list[Instruction] = []
    for _ in range(stream.between(1, 5)):
        instructions += [WORK] * stream.pick(4)
        instructions += _part(stream, nr_vcpus, irqs)
    late = draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS)
    return Program(tuple(instructions), late)


def _part(stream: Stream, nr_vcpus: int, irqs: tuple[Irq, ...]) -> list[Instruction]:
    """Handle something, in one stay or with an exit in between; or touch an interrupt."""
    if stream.chance(60):
        return [ACKNOWLEDGE, *[Instruction(ACCESS)] * stream.pick(2), END]
    kind, intid = stream.choose(_KINDS), stream.choose(irqs).intid
    value = stream.pick(nr_vcpus) if kind == ROUTE else 0
    kinds = (DISABLE, ENABLE) if kind == DISABLE else (kind,)
    return [Instruction(ACCESS, Access(each, intid, value)) for each in kinds]


SCENARIO = Scenario(
    draw=devices_passed_through,
    length=170,
    executions_min=300,
)
