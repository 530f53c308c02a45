# SPDX-License-Identifier: GPL-2.0-only
"""What is wrong with one interrupt in a round, by all that its trace says of it.

A check that cannot be sure says nothing: an order between two is known only where one did both.
"""

from collections.abc import Iterable

from stress.plays.accounts import FALLS, OVER, SENDS, Account, after, is_after
from vgic.data import EDGE, is_private
from vgic.hardware import PRIORITY_MASK

MASKED = PRIORITY_MASK
"""A priority that no priority mask lets through: it has five bits, and lets in what is below."""


def undelivered(account: Account, *, prompt: bool, queued: bool) -> Iterable[str]:
    """Yield what is wrong with how an interrupt was delivered.

    What a device that is passed through asks for while it is served its host raises anew in its
    own time, so that is never late.

    Args:
        account: all that is known of it.
        prompt: it has to come before anybody is made to exit.
        queued: somebody has to have put it on a list if it is pending.
    """
    name = account.name
    deliverable = account.enabled and max(account.priorities) < MASKED
    if account.active and not _is_handled(account):
        why = "its handlers have ended" if account.acknowledged else "nobody acknowledged it"
        yield f"stuck active: {name} is active, and {why}"
    elif account.pending and deliverable and queued:
        yield f"lost: {name} is pending and enabled, and does not come"
    elif account.pending is False and _is_swallowed(account):
        yield f"lost: {name} was sent, is not pending, and did not come"
    if prompt and account.forced and len(account.targets) == 1 and not account.irq.resampled:
        yield f"late: {name} came only when its vCPU was made to exit"


def unasked(account: Account, *, forfeited: bool) -> Iterable[str]:
    """Yield what is wrong with where and how often an interrupt was acknowledged.

    Args:
        account: all that is known of it.
        forfeited: its guest has done what may give another handler's interrupt once more.
    """
    yield from _astray(account)
    yield from _too_often(account, forfeited=forfeited)
    if account.acknowledged and _is_disabled_before_sent(account):
        yield f"astray: {account.name} was acknowledged, though disabled before it was sent"


def lost_line(account: Account) -> Iterable[str]:
    """Yield that the line of a level-triggered interrupt is up and is not seen to be.

    That of a device that is passed through its host lowers, at each end.
    """
    is_level = account.irq.config is not EDGE and not account.irq.resampled
    if is_level and account.pending is False and after(account.of("raise"), account.of(*FALLS)):
        yield f"lost: the line of {account.name} is up, and it is not pending"


def _is_handled(account: Account) -> bool:
    """A guest is still in a handler of it, or has not deactivated it yet."""
    return len(account.of(*OVER)) < len(account.acknowledged)


def _is_swallowed(account: Account) -> bool:
    """It was sent and not acknowledged since, and nobody took that back.

    A level that software pends while a guest handles it may be lost by right (Q5), and what a
    device that is passed through asks for meanwhile is served: only if it is known to have been
    ended is it not.
    """
    taken = [*account.acknowledged, *account.of("unpend")]
    if account.irq.config is EDGE:
        return after(account.sent, taken)
    sent = account.sent if account.irq.resampled else account.of("pend")
    return after(sent, [*taken, *account.of(*OVER)]) and not _is_handled(account)


def _is_disabled_before_sent(account: Account) -> bool:
    """Whoever disabled it for good is the only one who sent it, and did so later."""
    switched_on = account.of("enable")
    return bool(account.sent) and any(
        is_after(disable, switched_on) and all(is_after(sent, [disable]) for sent in account.sent)
        for disable in account.of("disable")
    )


def _too_often(account: Account, *, forfeited: bool) -> Iterable[str]:
    sent, acknowledged = account.sent, account.acknowledged
    is_edge = account.irq.config is EDGE
    is_counted = is_edge or (account.irq.resampled and not forfeited)
    if not sent and acknowledged:
        yield f"too often: {account.name} was acknowledged, and nobody ever sent it"
    elif is_counted and len(acknowledged) > len(sent):
        times = f"{len(acknowledged)} times, sent {len(sent)}"
        yield f"too often: {account.name} was acknowledged {times}"
    elif _is_early(account, is_edge=is_edge):
        yield f"too often: {account.name} was acknowledged before it was sent"
    elif not (is_edge or forfeited) and len(account.of("quiesce")) > len(sent):
        yield f"too often: {account.name} came again though its line had been lowered"


def _is_early(account: Account, *, is_edge: bool) -> bool:
    """A guest acknowledged it more often than anybody can have sent it by then.

    A level comes as often as it is up, so only that nobody had sent it at all is sure.
    """
    for who in {each.who for each in account.acknowledged}:
        possible = sum(each.who != who for each in account.sent)
        taken = 0
        for deed in account.deeds:
            if deed.who == who:
                possible += deed.what in SENDS
                taken += deed.what == "acknowledge"
                if taken > possible and (is_edge or not possible):
                    return True
    return False


def _astray(account: Account) -> Iterable[str]:
    if not is_private(account.irq.intid):
        right = {f"vcpu{vcpu}" for vcpu in account.targets}
        for who in sorted({each.who for each in account.acknowledged} - right):
            yield f"astray: {account.name} came to {who}, to which it never was routed"
