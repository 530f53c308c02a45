# SPDX-License-Identifier: GPL-2.0-only
"""Programs of guests and devices, drawn by Hypothesis.

A race needs something else to happen at the same time, so guests do more than handle what comes:
they open handlers inside handlers, so that some are active in no list register; they route what is
pending to each other; they disable it, pend it, take that back, and send SGIs. A program is a list
of phrases, since what belongs together is rarely drawn together: an interrupt that is disabled is
enabled again. Whatever phrase is left out, what is left is a program.
"""

from collections.abc import Sequence
from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from stress.hypothesis.interrupts import SGIS
from vgic import Irq
from vgic.accesses import DISABLE, ENABLE, PEND, ROUTE, SGI, UNPEND, Access
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    END,
    FIRST_PPI,
    FIRST_SPI,
    LEVEL,
    WORK,
    Instruction,
    Program,
    Pulse,
    is_private,
)

DEEDS = (ROUTE, DISABLE, PEND, UNPEND, SGI)
"""What guests may do beside handling interrupts; who disables an interrupt enables it again."""

_ROWS_MAX = 10
_ROW_MAX = 3
_PULSES_MAX = 8
_NUMBERS = st.integers(0, 5)
"""Which interrupt is meant, counted round and round: machines have few."""
_LATENESS = st.lists(st.sampled_from((0, 1, 3, 8)), min_size=1, max_size=3)
_PULSES = st.lists(
    st.tuples(_NUMBERS, st.sampled_from((True, True, True, False)), st.sampled_from((0, 2, 6, 12))),
    min_size=1,
    max_size=_PULSES_MAX,
)

_Deed = tuple[str, int, int]


def device_programs(irqs: Sequence[Irq]) -> SearchStrategy[tuple[Pulse, ...]]:
    """Draw what a device does: it raises the lines of interrupts, and lowers some.

    It shrinks towards one pulse of the first interrupt, without a pause before it.

    Args:
        irqs: the interrupts of the machine, at least one of them a device's.
    """
    lines = [irq for irq in irqs if irq.intid >= FIRST_PPI]

    def pulse(number: int, level: bool, pause: int) -> Pulse:
        irq = lines[number % len(lines)]
        # Lowering the line of what an edge triggers means nothing.
        raised = level or irq.config is not LEVEL
        return Pulse(irq.intid, raised, pause, irq.vcpu if is_private(irq.intid) else 0)

    return _PULSES.map(lambda pulses: tuple(pulse(*each) for each in pulses))


def guest_programs(
    irqs: Sequence[Irq], *, vcpu: int = 0, nr_vcpus: int = 1, deeds: Sequence[str] = DEEDS
) -> SearchStrategy[Program]:
    """Draw what a guest does before it only serves what comes.

    It shrinks towards a guest that does nothing else, and whose exits come at once.

    Args:
        irqs: the interrupts of the machine.
        vcpu: the vCPU that it runs on.
        nr_vcpus: how many there are.
        deeds: those of DEEDS that it may do.
    """
    spis = [irq.intid for irq in irqs if irq.intid >= FIRST_SPI]
    mine = [irq.intid for irq in irqs if irq.vcpu == vcpu or irq.intid >= FIRST_SPI]
    those = dict.fromkeys((DISABLE, PEND, UNPEND), mine) | {ROUTE: spis, SGI: SGIS}
    possible = tuple(deed for deed in DEEDS if deed in deeds and those[deed])

    def instructions(phrase: Instruction | _Deed) -> Sequence[Instruction]:
        if isinstance(phrase, Instruction):
            return (phrase,)
        deed, number, other = phrase
        intid = those[deed][number % len(those[deed])]
        # The last vCPU first: in a small machine most is at the first one.
        to = nr_vcpus - 1 - other if deed in (ROUTE, SGI) else 0
        kinds = (DISABLE, ENABLE) if deed == DISABLE else (deed,)
        return [Instruction(ACCESS, Access(kind, intid, to)) for kind in kinds]

    return st.tuples(_phrases(possible, nr_vcpus), _LATENESS).map(
        lambda drawn: Program(
            tuple(each for row in drawn[0] for phrase in row for each in instructions(phrase)),
            tuple(drawn[1]),
        )
    )


@cache
def _phrases(
    deeds: tuple[str, ...], nr_vcpus: int
) -> SearchStrategy[list[list[Instruction | _Deed]]]:
    """Draw the phrases of a guest's program, in short rows: whatever its interrupts are.

    A list of Hypothesis's has five elements on average, however many it may have, and much that
    goes wrong needs guests that go on for longer; one of short lists has more.
    """
    phrase: SearchStrategy[Instruction | _Deed] = st.sampled_from((ACKNOWLEDGE, END, WORK))
    if deeds:
        deed = st.tuples(st.sampled_from(deeds), _NUMBERS, st.integers(0, nr_vcpus - 1))
        phrase = phrase | deed | deed
    return st.lists(st.lists(phrase, min_size=1, max_size=_ROW_MAX), max_size=_ROWS_MAX)
