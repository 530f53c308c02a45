# SPDX-License-Identifier: GPL-2.0-only
"""Random sequences of accesses to the model's CPU interface and to an ideal one, side by side.

There are as many list registers as interrupts, or more, so that nothing is ever outside. Guests are
honest: what is running is ended innermost first, and DIR is written for what was dropped. They
change binary points and EOImode while nothing is running: else what a write of EOIR comes to is
CONSTRAINED UNPREDICTABLE (ARM IHI 0069, ICC_EOIR1_EL1, ICC_BPR1_EL1).
"""

from random import Random
from typing import NamedTuple

from tests.vgic.architecture.ideal import NOTHING, Ideal
from vgic.architecture import State
from vgic.hardware import CpuInterface, ListRegister

ACCESSES = 24
PRIORITIES = (0x00, 0x20, 0x28, 0x40, 0x48, 0x80, 0xE8, 0xF0)


class Difference(NamedTuple):
    """Where they part.

    Attributes:
        accesses: what was done until then, in words.
        model: what the model's has: what was read, running, signalled, and each interrupt.
        ideal: what the ideal one has.
    """

    accesses: list[str]
    model: object
    ideal: object


class Pair:
    """The two, and what their guest has in hand."""

    def __init__(self, draws: Random) -> None:
        count = draws.randint(1, 6)
        # Distinct priorities: of two that are as urgent either may come first.
        priorities = draws.sample(PRIORITIES, count)
        self.model = CpuInterface(count + draws.randint(0, 2))
        states = {}
        for number, priority in enumerate(priorities):
            intid, group, pending = 32 + number, draws.randint(0, 1), draws.random() < 0.6
            states[intid] = State(target=0, priority=priority, group=group, latch=pending)
            register = ListRegister(intid, pending=pending, group=group, priority=priority)
            self.model.lrs[number].load(register)
        self.ideal = Ideal(states)
        self.open: list[int] = []
        self.dropped: list[int] = []

    def seen(self, read: int) -> tuple[object, object]:
        """Return what each has: what was read, what runs and is signalled, and each interrupt."""
        signalled = self.model.highest_pending()
        first = [(lr.intid, lr.pending, lr.active) for lr in self.model.lrs if lr.intid]
        second = [
            (intid, state.pending, state.active) for intid, state in self.ideal.states.items()
        ]
        intid = NOTHING if signalled is None else signalled.intid
        model = read, self.model.running_priority, intid, first
        return model, (read, self.ideal.running_priority, self.ideal.signalled(), second)


def difference(seed: int) -> Difference | None:
    """Run one sequence; return where they part, None if they do not."""
    draws = Random(seed)
    pair, said = Pair(draws), []
    for _ in range(ACCESSES):
        word, ours, theirs = _access(draws, pair)
        said.append(word)
        model, _ = pair.seen(ours)
        _, ideal = pair.seen(theirs)
        if model != ideal:
            return Difference(said, model, ideal)
    return None


def _access(draws: Random, pair: Pair) -> tuple[str, int, int]:
    """Do one thing to both; return what it was and what each has read."""
    model, ideal = pair.model, pair.ideal
    what = draws.random()
    if what < 0.4:
        group = draws.randint(0, 1)
        ours, theirs = model.acknowledge(group), ideal.acknowledge(group)
        if theirs != NOTHING:
            pair.open.append(theirs)
        return f"IAR{group}", ours, theirs
    if what < 0.6 and pair.open:
        intid = pair.open.pop()
        model.end_of_interrupt(intid, ideal.states[intid].group)
        ideal.end(intid)
        if ideal.drops_only:
            pair.dropped.append(intid)
        return f"EOIR {intid}", 0, 0
    if what < 0.7 and pair.dropped:
        intid = pair.dropped.pop(draws.randrange(len(pair.dropped)))
        model.deactivate(intid)
        ideal.deactivate(intid)
        return f"DIR {intid}", 0, 0
    if what < 0.85:
        intid = draws.choice(list(ideal.states))
        for lr in model.lrs:
            lr.pending |= lr.intid == intid
        ideal.pend(intid)
        return f"pend {intid}", 0, 0
    return _set(draws, pair), 0, 0


def _set(draws: Random, pair: Pair) -> str:
    """Set something of both."""
    model, ideal = pair.model.vmcr, pair.ideal
    which = draws.randrange(4)
    if which == 0:
        model.pmr = ideal.mask = draws.choice((0x00, 0x28, 0x80, 0xF0, 0xF8))
        return f"PMR {ideal.mask:#04x}"
    if which == 1:
        ideal.enabled = {group for group in (0, 1) if draws.random() < 0.7}
        model.group_enabled = 0 in ideal.enabled, 1 in ideal.enabled
        return f"IGRPEN {ideal.enabled}"
    if pair.open or pair.dropped:
        return "nothing"
    if which == 2:
        ideal.drops_only = model.eoi_drops_only = not model.eoi_drops_only
        return f"EOImode {int(ideal.drops_only)}"
    ideal.points = [draws.randint(2, 7), draws.randint(3, 7)]
    ideal.is_common = draws.random() < 0.3
    model.set_binary_points((ideal.points[0], ideal.points[1]), common=ideal.is_common)
    return f"BPR {ideal.points} common {ideal.is_common}"
