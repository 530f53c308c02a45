# SPDX-License-Identifier: GPL-2.0-only
"""What one trace says of each interrupt: who sent it, who acknowledged it, what it is at last.

Between two that do something a trace promises no order, so nothing here goes by it, but for what
one of them did by himself, and for what all waited for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from stress.traces import NONE, SPURIOUS, Event, Trace
from vgic import Irq
from vgic.data import irq_name, is_private

ALL = "all"
IDLE = "idle"
FINAL = "final"

SENDS = ("raise", "pend", "sgi")
"""What makes an interrupt pending; for an edge each of them is one more."""

_SWITCHES = {"enable": True, "disable": False}


@dataclass
class Account:
    """All that a trace says of one interrupt; what was done is by its place in the trace.

    Attributes:
        irq: the interrupt.
        sent: when it was made pending, and by whom.
        acknowledged: when, and by whom.
        rewritten: when its priority was, and by whom.
        forced: some of that came after everybody had nothing left to do.
        switched: whether each of those who enabled or disabled it enabled it last.
        routes: the vCPUs that it was routed to.
        priorities: those that it had.
        unpended: its pending state was taken away, by whomever.
        pending, active: what it was at the very end, None where nothing says so.
    """

    irq: Irq
    sent: list[tuple[int, str]] = field(default_factory=list)
    acknowledged: list[tuple[int, str]] = field(default_factory=list)
    rewritten: list[tuple[int, str]] = field(default_factory=list)
    forced: bool = False
    switched: dict[str, bool] = field(default_factory=dict)
    routes: set[int] = field(default_factory=set)
    priorities: set[int] = field(default_factory=set)
    unpended: bool = False
    pending: bool | None = None
    active: bool | None = None

    @property
    def name(self) -> str:
        """What reports call it."""
        return irq_name(self.irq.intid, self.irq.vcpu)

    @property
    def enabled(self) -> bool:
        """It is enabled at last, whatever happened in which order."""
        return all(self.switched.values())

    def note(self, place: int, event: Event, *, forced: bool) -> None:
        """Enter an event that is about this interrupt."""
        what, who = event.what, event.who
        if what in SENDS:
            self.sent.append((place, who))
        elif what == "acknowledge":
            self.acknowledged.append((place, who))
            self.forced |= forced
        elif what in _SWITCHES:
            self.switched[who] = _SWITCHES[what]
        elif what == "priority":
            self.rewritten.append((place, who))
            self.priorities.add(event.value)
        elif what == "route":
            self.routes.add(event.value)
        elif what == "unpend":
            self.unpended = True
        elif what == FINAL:
            self.pending, self.active = bool(event.value & 1), bool(event.value & 2)


def accounts(irqs: tuple[Irq, ...], trace: Trace) -> list[Account]:
    """Return an account of each of a machine's interrupts, in their order."""
    found = {_key(irq.intid, irq.vcpu): Account(irq, priorities={irq.priority}) for irq in irqs}
    forced = False
    for place, event in enumerate(trace.events):
        forced |= event.who == ALL and event.what == IDLE
        if event.intid not in (NONE, SPURIOUS):
            account = found.get(_key(event.intid, _whose(event)))
            if account is not None:
                account.note(place, event, forced=forced)
    return list(found.values())


def after(these: list[tuple[int, str]], those: list[tuple[int, str]]) -> bool:
    """Tell whether one of these is known to come after all of those: the same one did them all."""
    return any(all(who == by and place > when for when, by in those) for place, who in these)


def readings(trace: Trace, who: str) -> dict[str, Iterator[int]]:
    """Return what one vCPU read, in order, by what reads it."""
    found: dict[str, list[int]] = {"acknowledge": [], "pending": [], "active": [], "exits": []}
    for event in trace.events:
        if event.who == who and event.what in found:
            found[event.what].append(event.intid if event.what == "acknowledge" else event.value)
    return {what: iter(values) for what, values in found.items()}


def _key(intid: int, vcpu: int) -> tuple[int, int]:
    return intid, vcpu if is_private(intid) else 0


def _whose(event: Event) -> int:
    """Return whose interrupt an event is about, if that is a private one."""
    if event.what == "sgi" or (event.who.startswith("dev") and event.value != NONE):
        return event.value
    return int(event.who.removeprefix("vcpu")) if event.who.startswith("vcpu") else 0
