# SPDX-License-Identifier: GPL-2.0-only
"""What a screen is made of: items in sections, and how many of them a screen has room for.

A section that finds no room says so with its title and its number: nothing is left out unsaid. So
the least that a screen can have is its sections' titles, and each has an item shown before the
first one has all of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Bullet:
    """One thing to be said.

    Attributes:
        text: what it is, one line.
        more: what there is to say of it, a line each.
        command: what shows it, to be pasted.
    """

    text: str
    more: tuple[str, ...] = ()
    command: str = ""


@dataclass(frozen=True)
class Section:
    """Things of one kind.

    Attributes:
        title: what they are.
        items: the things, the most important first.
        rest: where those are that find no room.
        inline: all of them said in one line instead.
    """

    title: str
    items: Sequence[Bullet] = ()
    rest: str = ""
    inline: str = ""


def fitting(
    sections: Sequence[Section], lines: Callable[[Bullet], int], room: int
) -> list[tuple[Section, int]]:
    """Return how many items of each section are shown, the first sections first.

    Args:
        sections: the sections, the most important first.
        lines: returns how many lines an item takes.
        room: how many lines there are; each section takes one at least.
    """
    costs = [[lines(item) for item in section.items] for section in sections]
    shown = [0] * len(sections)
    for wanted in (1, max(map(len, costs), default=0)):
        for at, cost in enumerate(costs):
            while shown[at] < min(wanted, len(cost)):
                shown[at] += 1
                if _taken(costs, shown) > room:
                    shown[at] -= 1
                    break
    return list(zip(sections, shown, strict=True))


def _taken(costs: Sequence[Sequence[int]], shown: Sequence[int]) -> int:
    """Return how many lines are taken: a title each, the items, and what says how many more."""
    return sum(
        1 + sum(cost[:count]) + (0 < count < len(cost))
        for cost, count in zip(costs, shown, strict=True)
    )
