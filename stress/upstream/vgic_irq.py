# SPDX-License-Identifier: GPL-2.0-only
"""tools/testing/selftests/kvm/arm64/vgic_irq.c: injection, preemption, and what two CPUs share.

A guest injects by itself, as there: by the line of a device, by GICD_ISPENDR, or for an interrupt
that is only active by GICD_ISACTIVER. Each that it injects comes exactly once, the most urgent
first; it is active while it is handled, and neither active nor pending when it is over.
"""

from collections.abc import Sequence
from typing import NamedTuple

from stress.plays import Play
from stress.upstream.writing import Guest, play_of
from vgic import Irq
from vgic.accesses import GROUP, LOWER, PEND, RAISE
from vgic.data import (
    DISABLE_GROUP,
    EDGE,
    ENABLE_GROUP,
    HAND_OVER,
    LEVEL,
    TAKE_OVER,
    Config,
    is_sgi,
    setting,
)

LEVELS = 31
"""Priorities are multiples of 8, and the least urgent of 32 is masked."""

_TIMERS = {26, 27, 28, 30}
_SGIS, _PPIS = range(16), [intid for intid in range(16, 32) if intid not in _TIMERS]


class How(NamedTuple):
    """The parameters of one run of the selftest.

    Attributes:
        nr_irqs: how many INTIDs there are, a multiple of 32.
        level: lines trigger by their level.
        split: EOImode 1.
        nr_lr: list registers.
    """

    nr_irqs: int = 64
    level: bool = False
    split: bool = False
    nr_lr: int = 4

    @property
    def name(self) -> str:
        """The parameters as a word."""
        trigger, mode = "level" if self.level else "edge", "split" if self.split else "joint"
        return f"{self.nr_irqs}_{trigger}_{mode}_{self.nr_lr}"

    def config(self, intid: int) -> Config:
        """Return how an interrupt is triggered: an SGI by an edge."""
        return LEVEL if self.level and not is_sgi(intid) else EDGE

    def spis(self) -> Sequence[int]:
        """Return the shared interrupts, at most 31: of many every so-manieth, and the last."""
        all_of_them = range(32, min(self.nr_irqs, 1020))
        stride = -(-len(all_of_them) // LEVELS)
        return sorted({*all_of_them[::stride], all_of_them[-1]})[-LEVELS:]


def injected(how: How, by: str, sets: Sequence[Sequence[int]]) -> Play:
    """T1: each of some interrupts is injected while others wait, and is handled once."""
    intids = sorted({intid for each in sets for intid in each})
    irqs = [Irq(intid, how.config(intid), intid % LEVELS * 8, 0) for intid in intids]
    guest = Guest(0)
    if how.split:
        guest.splits()
    for each in sets:
        for intid in each:
            guest.accesses(by, intid)
        for intid in sorted(each, key=lambda intid: intid % LEVELS):
            guest.acknowledges(intid)
            guest.is_active(intid, active=True)
            if how.config(intid) is EDGE:
                guest.is_pending(intid, pending=False)
            guest.ends(dirs=how.split)
            guest.is_active(intid, active=False)
            guest.is_pending(intid, pending=False)
        guest.finds_nothing()
    title = f"what is injected by {by} is handled once"
    return play_of(f"injected_by_{by}_{how.name}", title, how.nr_lr, irqs, [guest])


def preempted(how: How, by: str, kind: str, intids: Sequence[int]) -> Play:
    """T2: each interrupt is more urgent than those that are being handled, and comes at once.

    Ends come in reverse, and deactivations in the order in which they were acknowledged.
    """
    intids = intids[:LEVELS]
    irqs = [
        Irq(intid, how.config(intid), (len(intids) - 1 - place) * 8, 0)
        for place, intid in enumerate(intids)
    ]
    guest = Guest(0)
    if how.split:
        guest.splits()
    for intid in intids:
        guest.accesses(by, intid)
        guest.acknowledges(intid)
        guest.is_active(intid, active=True)
        if by == RAISE and how.config(intid) is LEVEL:
            guest.accesses(LOWER, intid)
    for _ in intids:
        guest.ends()
    if how.split:
        for left in range(len(intids), 0, -1):
            guest.deactivates(left - 1)
    for intid in intids:
        guest.is_active(intid, active=False)
    guest.finds_nothing()
    title = f"each of {len(intids)} {kind} interrupts a handler, by {by}"
    return play_of(f"preempted_{kind}_by_{by}_{how.name}", title, how.nr_lr, irqs, [guest])


def not_there(how: How) -> Play:
    """T3: what there is no interrupt for is written in vain."""
    guest = Guest(0)
    guest.accesses(PEND, min(how.nr_irqs, 1019))
    guest.is_pending(32, pending=False)
    guest.finds_nothing()
    irqs = [Irq(32, how.config(32), 0x80, 0)]
    return play_of(f"not_there_{how.name}", "there is no such INTID", how.nr_lr, irqs, [guest])


def deactivated_by_the_other(how: How) -> Play:
    """T5: one CPU acknowledges and drops, and the other writes DIR."""
    first, second = Guest(0), Guest(1)
    first.splits()
    first.accesses(PEND, 32)
    first.acknowledges(32)
    first.ends()
    first.does(HAND_OVER)
    first.signals(0)
    first.awaits(1)
    first.is_active(32, active=False)
    second.splits()
    second.awaits(0)
    second.does(TAKE_OVER)
    second.signals(1)
    irqs = [Irq(32, how.config(32), 0x80, 0)]
    name, title = f"deactivated_by_the_other_{how.name}", "the other CPU writes DIR"
    return play_of(name, title, how.nr_lr, irqs, [first, second])


def groups_enabled(how: How) -> Play:
    """T6: of sixteen SGIs that of group 0 waits until its group is enabled."""
    guests = [Guest(0), Guest(1)]
    irqs = [Irq(sgi, EDGE, (sgi + 1) * 8, guest.vcpu) for guest in guests for sgi in _SGIS]
    for guest in guests:
        guest.accesses(GROUP, 0, 0)
        guest.does(setting(DISABLE_GROUP, 0))
        for sgi in _SGIS:
            guest.accesses(PEND, sgi)
        for sgi in _SGIS[1:]:
            guest.acknowledges(sgi)
            guest.ends()
        guest.finds_nothing()
        guest.is_pending(0, pending=True)
        guest.does(setting(ENABLE_GROUP, 0))
        guest.exits()
        guest.acknowledges(0)
        guest.ends()
        guest.is_pending(0, pending=False)
    name, title = f"groups_enabled_{how.name}", "an SGI of a disabled group waits"
    return play_of(name, title, how.nr_lr, irqs, guests)


def timer_beside_an_spi(how: How) -> Play:
    """T7: while an SPI makes the host trap DIR the timer fires, is deactivated, and fires again."""
    timer, spi, guest = 27, 32, Guest(0)
    irqs = [Irq(timer, LEVEL, 0x40, 0, mapped=True), Irq(spi, EDGE, 0x80, 0)]
    guest.splits()
    guest.accesses(PEND, spi)
    for _ in range(2):
        guest.accesses(RAISE, timer)
        guest.acknowledges(timer)
        guest.accesses(LOWER, timer)
        guest.is_pending(timer, pending=False)
        guest.ends(dirs=True)
        guest.is_active(timer, active=False)
    guest.acknowledges(spi)
    guest.ends(dirs=True)
    name, title = f"timer_beside_an_spi_{how.name}", "the timer is deactivated by software"
    return play_of(name, title, how.nr_lr, irqs, [guest])


def of(how: How) -> list[Play]:
    """Return all tests of one run: what a line can be of is of lines, the rest of ISPENDR."""
    spis = how.spis()
    one_by_one = [[0], list(_SGIS)]
    some = sorted({*spis[::2], spis[-1]})
    lines = [[spis[0]], [spis[-1]], some]
    if how.level:
        lines.insert(0, [_PPIS[0]])
    plays = [
        injected(how, RAISE, lines),
        injected(how, PEND, [*one_by_one, *lines]),
        preempted(how, RAISE, "spis", spis),
        preempted(how, PEND, "spis", spis),
        preempted(how, PEND, "sgis", list(_SGIS)),
        not_there(how),
    ]
    if how.level:
        plays += [preempted(how, by, "ppis", _PPIS) for by in (RAISE, PEND)]
    if how.split:
        plays += [deactivated_by_the_other(how), timer_beside_an_spi(how)]
    else:
        plays += [groups_enabled(how)]
    return plays
