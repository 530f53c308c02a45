# SPDX-License-Identifier: GPL-2.0-only
"""triggers_written_in_use: see the scenario's own docstring."""

from harness import Stream, Streams
from stress.scenarios.drawing import draw_lateness, draw_spis
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import DISABLE, ENABLE, PEND, TRIGGER, UNPEND, Access
from vgic.data import ACCESS, ACKNOWLEDGE, END, WORK, Instruction, Program, Pulse

_LATENESS = (0, 0, 1, 4)
_PAUSES = (0, 2, 5, 9)


def triggers_written_in_use(streams: Streams) -> Parameters:
    """Edges become levels, and levels edges, while they are pending, loaded or handled.

    Result: Never

    A write of GICD_ICFGR tells nobody: the latch and what is known of the line stay as they are,
    and what is in a list register is folded as what the interrupt is by then. What was pending may
    be lost, or come once more; from then on each edge is delivered, and a level while it is up.
    Some guests do it by the book: disabled, written, enabled again.
    """
    nr_vcpus = streams.stream("param:vcpus").choose((1, 2, 2, 2))
    stream = streams.stream("param:irqs")
    targets = [stream.pick(nr_vcpus) for _ in range(stream.between(1, 3))]
    irqs = draw_spis(stream, targets, level_per_cent=50)
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").choose((1, 1, 2, 4)),
        irqs=irqs,
        guests=tuple([_guest(streams, vcpu, irqs) for vcpu in range(nr_vcpus)]),
        devices=tuple(
            [
                _device(streams, dev, irqs)
                for dev in range(streams.stream("param:devices").between(1, 2))
            ]
        ),
    )


def _guest(streams: Streams, vcpu: int, irqs: tuple[Irq, ...]) -> Program:
    stream = streams.stream(f"vcpu{vcpu}:program")
    instructions: list[Instruction] = []
    for _ in range(stream.between(2, 5)):
        instructions += [WORK] * stream.pick(3)
        if stream.chance(60):
            instructions += _written(stream, stream.choose(irqs).intid)
        else:
            instructions += stream.choose_each(
                (ACKNOWLEDGE, ACKNOWLEDGE, END), stream.between(1, 2)
            )
    return Program(tuple(instructions), draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS))


def _written(stream: Stream, intid: int) -> list[Instruction]:
    """Draw a write of how an interrupt is triggered, or of whether it is pending."""
    if stream.chance(25):
        return [Instruction(ACCESS, Access(stream.choose((PEND, UNPEND)), intid))]
    write = Instruction(ACCESS, Access(TRIGGER, intid, stream.pick(2)))
    if stream.chance(60):
        return [write]
    return [
        Instruction(ACCESS, Access(DISABLE, intid)),
        write,
        Instruction(ACCESS, Access(ENABLE, intid)),
    ]


def _device(streams: Streams, device: int, irqs: tuple[Irq, ...]) -> tuple[Pulse, ...]:
    """Draw a device that drives lines up and down: of an edge it does not know that it is one."""
    stream = streams.stream(f"dev{device}:program")
    return tuple(
        [
            Pulse(stream.choose(irqs).intid, stream.chance(65), stream.choose(_PAUSES))
            for _ in range(stream.between(3, 7))
        ]
    )


SCENARIO = Scenario(
    draw=triggers_written_in_use,
    length=200,
    executions_min=300,
)
