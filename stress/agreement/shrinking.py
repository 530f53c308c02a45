# SPDX-License-Identifier: GPL-2.0-only
"""A program that differs is made smaller, with all candidates of a round in one boot.

A boot takes seconds and a program milliseconds, so each round plays every candidate there is and
goes on from the smallest that still differs.
"""

from collections.abc import Callable, Sequence

from stress.plays import Play
from vgic.data import Program

Differ = Callable[[Sequence[Play]], Sequence[bool]]
"""Plays all of these and says for each whether it still differs in the same way."""

ROUNDS_MAX = 12


def shrunk(play: Play, differ: Differ, rounds_max: int = ROUNDS_MAX) -> Play:
    """Return the smallest play that was found to differ in the same way.

    Args:
        play: what differs, of one vCPU.
        differ: plays candidates and says which of them differ so.
        rounds_max: at most so many calls of `differ`.
    """
    for _ in range(rounds_max):
        candidates = _candidates(play)
        differing = differ(candidates)
        left = [each for each, so in zip(candidates, differing, strict=True) if so]
        if not left:
            break
        play = min(left, key=_size)
    return play


def _size(play: Play) -> tuple[int, int]:
    (guest,) = play.parameters.guests
    return len(guest.instructions), len(play.parameters.irqs)


def _candidates(play: Play) -> list[Play]:
    """Return what is left of a play without some of it, each with a name of its own."""
    (guest,) = play.parameters.guests
    instructions, found = guest.instructions, []
    size = max(1, len(instructions) // 2)
    while instructions:
        for start in range(0, len(instructions), size):
            left = instructions[:start] + instructions[start + size :]
            found.append(play.parameters._replace(guests=(Program(left, guest.lateness),)))
        if size == 1:
            break
        size //= 2
    for irq in play.parameters.irqs:
        about = [e for e in instructions if e.access is None or e.access.intid != irq.intid]
        irqs = tuple(each for each in play.parameters.irqs if each != irq)
        if irqs:
            guests = (Program(tuple(about), guest.lateness),)
            found.append(play.parameters._replace(irqs=irqs, guests=guests))
    base = play.name.partition(".")[0]
    return [
        play._replace(name=f"{base}.{number}", parameters=parameters)
        for number, parameters in enumerate(found)
    ]
