# SPDX-License-Identifier: GPL-2.0-only
"""pended_while_ending: see the scenario's own docstring."""

from harness import Streams
from stress.scenarios.drawing import draw_lateness, draw_priority
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import PEND, Access
from vgic.data import FIRST_SPI, LEVEL, Program

_LATENESS = (0, 1, 2, 4)


def pended_while_ending(streams: Streams) -> Parameters:
    """Software pends level-triggered interrupts while their guest takes, ends and folds them.

    Result: Never

    Their lines stay down, so what keeps one pending is its latch alone. Another guest sets that at
    any time: before the interrupt is taken, while it is handled, when it has been ended and its
    list register is not folded yet, and after that. What comes while nobody handles it is owed a
    handler of its own.
    """
    stream = streams.stream("param:irqs")
    irqs = tuple(
        Irq(FIRST_SPI + number, LEVEL, draw_priority(stream), 0)
        for number in range(stream.between(1, 2))
    )
    handles = streams.stream("vcpu0:program")
    letters = handles.choose_each("aenm", handles.between(2, 10))
    late = draw_lateness(streams.stream("mi:vcpu0"), _LATENESS)
    pends = streams.stream("vcpu1:program")
    accesses = tuple(
        Access(PEND, irq.intid) for irq in pends.choose_each(irqs, pends.between(3, 6))
    )
    pending = "".join("n" * pends.pick(4) + "m" for _ in accesses)
    return Parameters(
        nr_lr=streams.stream("param:nr_lr").between(1, 2),
        irqs=irqs,
        guests=(Program.spelled(letters, late), Program.spelled(pending, (0,), accesses)),
        devices=(),
    )


SCENARIO = Scenario(
    draw=pended_while_ending,
    length=200,
    executions_min=300,
)
