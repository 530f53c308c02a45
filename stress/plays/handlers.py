# SPDX-License-Identifier: GPL-2.0-only
"""What is wrong with what guests acknowledged inside the handlers that they were in.

What one guest did is in order, so what it was handling when it acknowledged is known.
"""

from collections.abc import Iterator, Mapping

from stress.plays.accounts import Account, IrqKey, key_of
from stress.traces import SPURIOUS, Trace
from vgic.data import irq_name


def unknown(there: Mapping[IrqKey, Account], trace: Trace) -> Iterator[str]:
    """Yield that a guest acknowledged what the machine does not have."""
    found = [
        (event.who, event.intid)
        for event in trace.events
        if event.what == "acknowledge" and event.intid != SPURIOUS and key_of(event) not in there
    ]
    for who, intid in dict.fromkeys(found):
        yield f"astray: {who} acknowledged {intid}, which this machine does not have"


def nested_wrongly(
    there: Mapping[IrqKey, Account], trace: Trace, forfeited: set[int]
) -> Iterator[str]:
    """Yield what is wrong with the first acknowledge of each guest that may not nest so.

    Args:
        there: all that is known of each interrupt of the machine.
        trace: what was seen.
        forfeited: the vCPUs whose guests have muddled their own handlers.
    """
    muddled = {f"vcpu{vcpu}" for vcpu in forfeited}
    guests = {event.who for event in trace.events if event.what == "acknowledge"}
    for who in sorted(guests - muddled):
        yield from _first(there, trace, who)


def _first(there: Mapping[IrqKey, Account], trace: Trace, who: str) -> Iterator[str]:
    handled: list[IrqKey] = []
    for event in trace.events:
        key = key_of(event)
        if event.who != who or key not in there:
            continue
        if event.what in ("end", "drop") and key in handled:
            handled.remove(key)
        elif event.what == "acknowledge":
            name = irq_name(*key)
            if key in handled:
                yield f"too often: {who} acknowledged {name} in its own handler"
                return
            if inner := next((each for each in handled if not _preempts(there, key, each)), None):
                yield f"astray: {who} acknowledged {name} in the handler of {irq_name(*inner)}"
                return
            handled.append(key)


def _preempts(there: Mapping[IrqKey, Account], key: IrqKey, handled: IrqKey) -> bool:
    """An interrupt is more urgent than one that is handled, or may have been."""
    mine, its = there[key].priorities, there[handled].priorities
    return min(mine) < max(its)
