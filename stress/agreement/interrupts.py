# SPDX-License-Identifier: GPL-2.0-only
"""The interrupts of a generated program: how many, of which kinds, how urgent."""

from harness import Stream
from vgic import Irq
from vgic.data import EDGE, FIRST_PPI, FIRST_SPI, LEVEL

NR_LR = 4
"""List registers of the machines that kernels run on (docs/real-kernel.md)."""

_COUNTS = (1, 2, 3, 4, 5, 5, 6, 6, 8, 10, 12, 16)
_SGIS = tuple(range(FIRST_PPI))
_PPIS = tuple(range(FIRST_PPI, FIRST_PPI + 7))
"""Those that no timer of the machine and no performance monitor has."""
_SPIS = tuple(range(FIRST_SPI, FIRST_SPI + 64))
_LEVELS = 31
"""The least urgent of 32 is left out: no mask with five bits lets it through."""


def draw_interrupts(stream: Stream) -> tuple[Irq, ...]:
    """Draw a machine's interrupts, all of its one vCPU.

    A PPI is level-triggered, as a kernel's are for good; an SGI is triggered by an edge.
    """
    count = stream.choose(_COUNTS)
    private, level = stream.choose((0, 0, 30, 60)), stream.choose((0, 0, 30, 60, 100))
    left = {pool: list(pool) for pool in (_SGIS, _PPIS, _SPIS)}
    priorities = _priorities(stream, count)
    irqs = []
    for priority in priorities:
        pool = _SPIS
        if stream.chance(private):
            pool = stream.choose((_SGIS, _PPIS))
        if not left[pool]:
            pool = _SPIS
        intid = left[pool].pop(stream.pick(len(left[pool])))
        is_level = pool is _PPIS or (pool is _SPIS and stream.chance(level))
        irqs.append(Irq(intid, LEVEL if is_level else EDGE, priority, 0))
    of_group_0 = stream.choose((0, 0, 0, 30, 100))
    return tuple(irq._replace(group=0 if stream.chance(of_group_0) else 1) for irq in irqs)


def _priorities(stream: Stream, count: int) -> list[int]:
    """Draw priorities: all equal, of two values, any, or each more urgent than the one before."""
    shape = stream.choose(("equal", "two", "any", "any", "ladder", "ladder", "ladder", "ladder"))
    if shape == "ladder":
        return [8 * (_LEVELS - 1 - number) for number in range(count)]
    levels = {"equal": 1, "two": 2, "any": count}[shape]
    choices = [8 * stream.pick(_LEVELS) for _ in range(levels)]
    return stream.choose_each(choices, count)
