# SPDX-License-Identifier: GPL-2.0-only
"""What one trace says of each interrupt: who sent it, who acknowledged it, what it is at last.

Between two that do something a trace promises no order, so nothing here goes by it, but for what
one of them did by himself, and for what all waited for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from stress.traces import NONE, Event, Trace
from vgic import NR_VCPUS_MAX, Irq
from vgic.accesses import ACTIVATE, DEACTIVATE, SGI, SGI_LIST, SGI_OTHERS, Access
from vgic.data import AWAIT, SIGNAL, irq_key, irq_name

ALL = "all"
IDLE = "idle"
FINAL = "final"

SENDS = ("raise", "pend", SGI, SGI_LIST, SGI_OTHERS)
"""What makes an interrupt pending; for an edge each of them is one more."""

IrqKey = tuple[int, int]
"""Which interrupt: the INTID, and the vCPU of a private one, else 0."""

OVER = ("end", "dir")
"""What deactivates an interrupt: its end with EOImode 0, or DIR after one that only dropped it."""

_NAMING_A_VCPU = (SGI, ACTIVATE, DEACTIVATE)

FALLS = ("lower", "quiesce")
"""What lowers the line of a level-triggered interrupt."""


class Noted(NamedTuple):
    """Something that was done to an interrupt.

    Attributes:
        place: its place in the trace.
        who: who did it.
        what: what it is called there.
        value: what was written, NONE if nothing.
    """

    place: int
    who: str
    what: str
    value: int = NONE


@dataclass
class Account:
    """All that a trace says of one interrupt.

    Attributes:
        irq: the interrupt.
        deeds: what was done to it.
        forced: it was acknowledged after everybody had nothing left to do.
        pending, active: what it was at the very end, None where nothing says so.
    """

    irq: Irq
    deeds: list[Noted] = field(default_factory=list)
    forced: bool = False
    pending: bool | None = None
    active: bool | None = None

    @property
    def name(self) -> str:
        """What reports call it."""
        return irq_name(self.irq.intid, self.irq.vcpu)

    @property
    def key(self) -> IrqKey:
        """Which interrupt it is about."""
        return irq_key(self.irq.intid, self.irq.vcpu)

    @property
    def sent(self) -> list[Noted]:
        """What made it pending."""
        return self.of(*SENDS)

    @property
    def acknowledged(self) -> list[Noted]:
        """When guests acknowledged it."""
        return self.of("acknowledge")

    @property
    def enabled(self) -> bool:
        """It is enabled at last, whatever happened in which order."""
        last = {each.who: each.what for each in self.of("enable", "disable")}
        return "disable" not in last.values()

    @property
    def priorities(self) -> set[int]:
        """The priorities that it had."""
        return {self.irq.priority, *(each.value for each in self.of("priority"))}

    @property
    def targets(self) -> set[int]:
        """The vCPUs that it may have belonged to since it was first sent.

        What somebody routed before he alone sent it at all is known to be over.
        """
        routes, sent = self.of("route"), self.sent
        found = [self.irq.vcpu, *(each.value for each in routes)]
        if len({each.who for each in routes + sent}) == 1 and sent:
            before = sum(each.place < sent[0].place for each in routes)
            found = found[before:]
        return set(found)

    def of(self, *whats: str) -> list[Noted]:
        """Return what was done to it of some kinds, in the order of the trace."""
        return [each for each in self.deeds if each.what in whats]


def accounts(irqs: tuple[Irq, ...], trace: Trace) -> list[Account]:
    """Return an account of each of a machine's interrupts, in their order."""
    found = {account.key: account for account in map(Account, irqs)}
    forced = False
    for place, event in enumerate(trace.events):
        forced |= event.who == ALL and event.what == IDLE
        for account in [found[key] for key in _keys_of(event) if key in found]:
            if event.what == FINAL:
                account.pending, account.active = bool(event.value & 1), bool(event.value & 2)
            else:
                account.deeds.append(Noted(place, event.who, event.what, event.value))
                account.forced |= forced and event.what == "acknowledge"
    return list(found.values())


def is_after(deed: Noted, those: Iterable[Noted]) -> bool:
    """Tell whether something is known to come after all of those: the same one did them all."""
    return all(deed.who == each.who and deed.place > each.place for each in those)


def after(these: Iterable[Noted], those: Iterable[Noted]) -> bool:
    """Tell whether one of these is known to come after all of those."""
    those = list(those)
    return any(is_after(deed, those) for deed in these)


def key_of(event: Event) -> IrqKey:
    """Return which interrupt an event is about; cells are numbered, too, and are none."""
    is_about_a_cell = event.what in (SIGNAL, AWAIT)
    return (NONE, 0) if is_about_a_cell else irq_key(event.intid, _whose(event))


def _keys_of(event: Event) -> list[IrqKey]:
    """Return which interrupts an event is about, as far as they are there: several of some SGIs."""
    if event.what not in (SGI_LIST, SGI_OTHERS):
        return [key_of(event)]
    access = Access(event.what, event.intid, event.value)
    return [(event.intid, vcpu) for vcpu in access.subjects(_whose(event), NR_VCPUS_MAX)]


def _whose(event: Event) -> int:
    """Return whose interrupt an event is about, if that is a private one."""
    if event.what in _NAMING_A_VCPU or (event.who.startswith("dev") and event.value != NONE):
        return event.value
    return int(event.who.removeprefix("vcpu")) if event.who.startswith("vcpu") else 0
