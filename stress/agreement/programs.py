# SPDX-License-Identifier: GPL-2.0-only
"""Generated programs: what one guest alone does with its interrupts, each fixed by two numbers.

One vCPU, no device and no other source of exits: what the guest sees is fixed but for exits that
the host makes of its own. So a kernel and the model can be compared program by program.
"""

from typing import NamedTuple

from harness import Stream, Streams
from stress.agreement.interrupts import NR_LR, draw_interrupts
from stress.agreement.topics import TOPICS, Bench, Phrase, rewrite
from stress.plays import Play
from vgic import Parameters
from vgic.accesses import PEND, PRIORITY, RAISE, SGI
from vgic.data import DISABLE_GROUP, ENABLE_GROUP, MASK, Instruction, Program, setting
from vgic.hardware import PRIORITY_MASK

AT_ONCE, SLOW = (0,), (1_000,)
"""Latenesses of a maintenance interrupt: before the next instruction, or not while a program
lasts."""

_PHRASES = (2, 3, 4, 5, 6, 8, 10, 12)
_REWRITES_PER_CENT = 15
_SLOW_PER_CENT = 40
_TRIGGERS = (PEND, RAISE, SGI)


class Category(NamedTuple):
    """What sets a program apart from others, besides what happens in it.

    Attributes:
        slow: the maintenance interrupt comes late, so that exits are the program's own.
        rewrites: priorities are written also of interrupts that are pending or active, which the
            architecture leaves to the implementation.
    """

    slow: bool
    rewrites: bool

    def __str__(self) -> str:
        words = ["rewrites" if self.rewrites else "plain", "slow" if self.slow else "at once"]
        return ", ".join(words)


def category_of(play: Play) -> Category:
    """Return the category of a generated program, or of what was made of one."""
    (guest,) = play.parameters.guests
    return Category(
        guest.lateness != AT_ONCE,
        _without_rewrites(guest.instructions) != guest.instructions,
    )


def draw_program(seed: int, number: int) -> Play:
    """Draw a program; it depends on nothing but these two numbers."""
    streams = Streams(seed, "agreement", number)
    irqs = draw_interrupts(streams.stream("irqs"))
    category = streams.stream("kind")
    rewrites = category.chance(_REWRITES_PER_CENT)
    slow = category.chance(_SLOW_PER_CENT)
    instructions = _instructions(streams, Bench(irqs), rewrites=rewrites)
    instructions += _opened_up(instructions) if slow else ()
    return Play(
        name=f"program-{seed}-{number}",
        title=f"Program {number} of seed {seed}.",
        about=(),
        parameters=Parameters(
            nr_lr=NR_LR,
            irqs=irqs,
            guests=(Program(instructions, SLOW if slow else AT_ONCE),),
            devices=(),
        ),
    )


def _instructions(streams: Streams, bench: Bench, *, rewrites: bool) -> Phrase:
    swarm = streams.stream("swarm")
    topics = [topic for topic in TOPICS if swarm.chance(topic.per_cent)] or [TOPICS[0]]
    phrases = [topic.phrase for topic in topics for _ in range(topic.weight)]
    if rewrites:
        phrases += [rewrite] * len(phrases)
    stream = streams.stream("program")
    program: list[Instruction] = []
    for _ in range(stream.choose(_PHRASES)):
        _put_in(stream, program, stream.choose(phrases)(stream, bench))
    return tuple(program) if rewrites else _without_rewrites(tuple(program))


def _opened_up(program: Phrase) -> Phrase:
    """Return what lets everything in that a program has shut out.

    When all idle it is let in anyway. But what a slow maintenance interrupt would bring comes on a
    kernel only then, and in the model to a guest that is about to idle.
    """
    shut = {each.name for each in program}
    opened = {MASK: setting(MASK, PRIORITY_MASK), DISABLE_GROUP: setting(ENABLE_GROUP, 1)}
    return tuple(each for name, each in opened.items() if name in shut)


def _put_in(stream: Stream, program: list[Instruction], phrase: Phrase) -> None:
    """Append a phrase, or mix it with what was there last."""
    if stream.chance(70):
        program += phrase
        return
    place = max(0, len(program) - stream.pick(6))
    for instruction in phrase:
        program.insert(place, instruction)
        place = min(place + 1 + stream.pick(2), len(program))


def _without_rewrites(program: Phrase) -> Phrase:
    """Leave out what writes the priority of an interrupt that may be pending or active."""
    used = set[int]()
    left = []
    for each in program:
        access = each.access
        if access is not None and access.kind in _TRIGGERS:
            used.add(access.intid)
        if access is None or access.kind != PRIORITY or access.intid not in used:
            left.append(each)
    return tuple(left)
