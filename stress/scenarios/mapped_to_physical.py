# SPDX-License-Identifier: GPL-2.0-only
"""mapped_to_physical: see the scenario's own docstring."""

from harness import Stream, Streams
from stress.scenarios.drawing import draw_devices, draw_lateness, draw_priority
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import DEACTIVATE, DISABLE, ENABLE, PEND, RAISE, ROUTE, UNPEND, Access
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    END,
    EOI_MODE,
    FIRST_SPI,
    HAND_OVER,
    LEVEL,
    TAKE_OVER,
    WORK,
    Instruction,
    Program,
    dir_of,
    setting,
)

_LATENESS = (0, 0, 1, 4)
_PAUSES = (0, 0, 3, 8)
_WRITES = (ROUTE, PEND, UNPEND, DISABLE, ENABLE, ENABLE)
_APART = (dir_of(), dir_of(1), HAND_OVER, TAKE_OVER)


def mapped_to_physical(streams: Streams) -> Parameters:
    """Devices whose interrupts the host holds active until the guest has dealt with them.

    Result: Never

    The guest's driver deals with the device without an exit, and the end in a list register lets it
    come again. What is ended in none, or by another vCPU, the host lets come again itself; and what
    the guest has not taken it reads anew at the exit. An interrupt that is held for nothing makes a
    device silent for ever, and one that is let go of too early makes it come twice.
    """
    nr_vcpus = streams.stream("param:vcpus").choose((1, 1, 2, 2))
    irqs = draw_mapped(streams.stream("param:irqs"), nr_vcpus)
    apart = streams.stream("param:apart").chance(30)
    guests = [draw_driver(streams, vcpu, nr_vcpus, irqs, apart=apart) for vcpu in range(nr_vcpus)]
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").choose((1, 1, 1, 2, 4)),
        irqs=irqs,
        guests=tuple(guests),
        devices=draw_devices(streams, irqs, (2, 5), _PAUSES),
    )


def draw_mapped(stream: Stream, nr_vcpus: int) -> tuple[Irq, ...]:
    """Draw some shared interrupts, each mapped to a physical one."""
    return tuple(
        [
            Irq(FIRST_SPI + n, LEVEL, draw_priority(stream), stream.pick(nr_vcpus), mapped=True)
            for n in range(stream.between(1, 4))
        ]
    )


def draw_driver(
    streams: Streams, vcpu: int, nr_vcpus: int, irqs: tuple[Irq, ...], *, apart: bool
) -> Program:
    """Draw a guest that handles mapped interrupts, held open or not, and touches their registers.

    Args:
        streams: where it is drawn from.
        vcpu: the vCPU.
        nr_vcpus: how many there are.
        irqs: the interrupts.
        apart: guests deactivate apart from the end; none writes active states from beside then.
    """
    stream = streams.stream(f"vcpu{vcpu}:program")
    mine = [irq.intid for irq in irqs if irq.vcpu == vcpu or irq.intid >= FIRST_SPI]
    instructions = [setting(EOI_MODE, 1)] if apart else []
    for _ in range(stream.between(1, 5)):
        instructions += [WORK] * stream.pick(4)
        if mine:
            instructions += _part(stream, nr_vcpus, mine, apart=apart)
        if apart:
            instructions += stream.choose_each(_APART, stream.pick(3))
    late = draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS)
    return Program(tuple(instructions), late)


def _part(stream: Stream, nr_vcpus: int, mine: list[int], *, apart: bool) -> list[Instruction]:
    """Handle something, with an exit in between or not; or touch an interrupt."""
    if stream.chance(65):
        raised = Instruction(ACCESS, Access(RAISE, stream.choose(mine)))
        opened = [raised, ACKNOWLEDGE] if stream.chance(40) else [ACKNOWLEDGE]
        return [*opened, *[Instruction(ACCESS)] * stream.pick(2), *[END] * stream.pick(2)]
    kind = stream.choose(_WRITES if apart else (*_WRITES, DEACTIVATE))
    intid = stream.choose(mine)
    if kind == ROUTE and intid < FIRST_SPI:
        kind = ENABLE
    value = stream.pick(nr_vcpus) if kind in (ROUTE, DEACTIVATE) else 0
    kinds = (DISABLE, ENABLE) if kind == DISABLE else (kind,)
    return [Instruction(ACCESS, Access(each, intid, value)) for each in kinds]


SCENARIO = Scenario(
    draw=mapped_to_physical,
    length=190,
    executions_min=300,
)
