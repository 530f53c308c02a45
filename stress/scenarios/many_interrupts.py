# SPDX-License-Identifier: GPL-2.0-only
"""many_interrupts: see the scenario's own docstring."""

from harness import Streams
from stress.scenarios.drawing import draw_priority
from stress.scenarios.scenario import Scenario
from vgic import NR_LR_MAX, Irq, Parameters
from vgic.accesses import PEND, Access
from vgic.data import EDGE, FIRST_SPI, Program, Pulse

_LATENESS = (24, 40)
"""Enough for all handlers to end before the host looks."""


def many_interrupts(streams: Streams) -> Parameters:
    """More interrupts than the largest machine has list registers, or EOIcount has low bits.

    Result: Never

    Either all sixteen list registers are filled and something is left over, so that whatever is
    wrong with the last of them shows. Or the guest opens more than sixteen handlers, each from
    within the last, all but one outside the list registers, and ends them in one go: EOIcount
    needs its fifth bit.
    """
    if streams.stream("param:shape").chance(80):
        return _wide(streams)
    return _deep(streams)


def _wide(streams: Streams) -> Parameters:
    stream = streams.stream("param:irqs")
    irqs = [
        Irq(FIRST_SPI + number, EDGE, draw_priority(stream), 0)
        for number in range(NR_LR_MAX + stream.between(0, 2))
    ]
    half = len(irqs) // 2
    return Parameters(
        nr_lr=NR_LR_MAX,
        irqs=tuple(irqs),
        guests=(Program.spelled("n" * streams.stream("vcpu0:program").between(0, 40), (0,)),),
        devices=(_all_of(irqs[:half]), _all_of(irqs[half:])),
    )


def _all_of(irqs: list[Irq]) -> tuple[Pulse, ...]:
    return tuple(Pulse(irq.intid, level=True, pause=0) for irq in irqs)


def _deep(streams: Streams) -> Parameters:
    stream = streams.stream("param:irqs")
    count = stream.between(18, 20)
    irqs = tuple(Irq(FIRST_SPI + number, EDGE, 8 * (30 - number), 0) for number in range(count))
    return Parameters(
        nr_lr=1,
        irqs=irqs,
        guests=(
            Program.spelled(
                "ma" * count + "e" * count,
                (streams.stream("mi:vcpu0").choose(_LATENESS),),
                tuple(Access(PEND, irq.intid) for irq in irqs),
            ),
        ),
        devices=((Pulse(stream.choose(irqs).intid, level=True, pause=stream.pick(200)),),),
    )


SCENARIO = Scenario(
    draw=many_interrupts,
    length=690,
    executions_min=300,
)
