# SPDX-License-Identifier: GPL-2.0-only
"""A topic: one thing that generated programs are about, and how some of it is drawn."""

from collections.abc import Callable
from typing import NamedTuple

from harness import Stream
from vgic import Irq
from vgic.accesses import Access
from vgic.data import ACCESS, LEVEL, Instruction

Phrase = tuple[Instruction, ...]
"""Some instructions that belong together; others may come between them."""


class Bench(NamedTuple):
    """What a program has to work with.

    Attributes:
        irqs: the machine's interrupts, in any order.
    """

    irqs: tuple[Irq, ...]

    @property
    def lines(self) -> tuple[Irq, ...]:
        """Those that are level-triggered."""
        return tuple(irq for irq in self.irqs if irq.config is LEVEL)

    def some(self, stream: Stream, most: int, least: int = 1) -> list[Irq]:
        """Draw from `least` to `most` different ones, as far as there are, in any order."""
        left = list(self.irqs)
        count = min(stream.between(least, most), len(left))
        return [left.pop(stream.pick(len(left))) for _ in range(count)]


class Topic(NamedTuple):
    """One thing that generated programs are about.

    Attributes:
        name: what it is called.
        per_cent: in how many of a hundred programs there is some of it.
        phrase: draws some of it.
        weight: how much of it there is, beside the others of a program.
    """

    name: str
    per_cent: int
    phrase: Callable[[Stream, Bench], Phrase]
    weight: int = 1


def access(kind: str, irq: Irq, value: int = 0) -> Instruction:
    """Return the instruction that accesses something of an interrupt."""
    return Instruction(ACCESS, Access(kind, irq.intid, value))
