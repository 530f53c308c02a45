# SPDX-License-Identifier: GPL-2.0-only
"""Of which vCPUs only what was read can be judged, and what nobody need queue, by docs/quirks.md.

A guest has ended something twice (Q6), an interrupt that may be on its vCPU's list was given
another priority that may have been in use (Q7), or its active state was written (Q10), or it waits
for a cell that nobody set (Q8). Or it has dropped a priority while more interrupts may have been
there than list registers: an emulated CPU counts that as an end (`Implementation.drop_counts`), and
no kernel can tell of what. What was pending when the distributor was turned off is queued by nobody
(Q12).
"""

from collections import Counter
from collections.abc import Iterable

from stress.plays.accounts import FALLS, OVER, SENDS, Account, Noted, after, is_after
from stress.traces import Trace
from vgic import Parameters
from vgic.accesses import ACTIVATE, DEACTIVATE, DISTRIBUTOR
from vgic.data import AWAIT, END_AGAIN, LEVEL


def forfeited(parameters: Parameters, trace: Trace, those: Iterable[Account]) -> set[int]:
    """Return the vCPUs on whose lists anything may be, by what guests have done themselves."""
    those = list(those)
    counts = Counter((event.who, event.what) for event in trace.events)
    there = Counter(vcpu for account in those for vcpu in account.targets)
    found = {
        vcpu
        for vcpu, guest in enumerate(parameters.guests)
        if counts[f"vcpu{vcpu}", END_AGAIN.name]
        or (counts[f"vcpu{vcpu}", "drop"] and there[vcpu] > parameters.nr_lr)
        or counts[f"vcpu{vcpu}", AWAIT] < sum(each.name == AWAIT for each in guest.instructions)
    }
    written = [each for each in those if is_rewritten(each) or each.of(ACTIVATE, DEACTIVATE)]
    return found.union(*(account.targets for account in written))


def switches_of(trace: Trace) -> list[Noted]:
    """Return when the distributor was turned on and off, in the order of a trace."""
    return [
        Noted(place, event.who, event.what, event.value)
        for place, event in enumerate(trace.events)
        if event.what == DISTRIBUTOR
    ]


def is_queued(account: Account, switches: list[Noted]) -> bool:
    """Tell whether an interrupt has to have been put on a list if it is pending.

    Only what was sent by who turned the distributor on for good, and after that, is known to be;
    or anything if nobody has touched it.

    Args:
        account: all that is known of it.
        switches: when the distributor was turned on and off.
    """
    if all(switch.value for switch in switches):
        return True
    return bool(switches[-1].value) and any(is_after(sent, switches) for sent in account.sent)


def is_rewritten(account: Account) -> bool:
    """Tell whether an interrupt may have been in use when it was given another priority."""
    writes = account.of("priority")
    return len(account.priorities) > 1 and not all(_is_unused(account, write) for write in writes)


def _is_unused(account: Account, write: Noted) -> bool:
    """Tell whether an interrupt is known to be neither pending nor active at a write.

    Whoever writes is the only one who sends it, and either has not yet, or has acknowledged and
    ended all since.
    """
    if not all(each.who == write.who for each in account.sent):
        return False
    before = [each for each in account.deeds if each.place < write.place]
    sent = [each for each in before if each.what in SENDS]
    taken = [each for each in before if each.what == "acknowledge"]
    over = [each for each in before if each.what in OVER]
    falls = [each for each in before if each.what in FALLS]
    is_down = account.irq.config is not LEVEL or after(falls, sent)
    is_over = after(taken, sent) and after(over, taken) and len(over) == len(taken)
    return not sent or (is_over and is_down)
