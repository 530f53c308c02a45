# SPDX-License-Identifier: GPL-2.0-only
"""Judging a round of a play by its trace, and a play by its rounds: model and kernel alike.

Nothing is judged by a clock. That an interrupt never comes means that it is pending in the
distributor, enabled, its vCPU in its guest, and that it did not come in all the polls of that guest
and two exits of everybody. What was not seen, because something else exited or a line was lost on
the console, is not judged. A check that cannot be sure says nothing.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from stress.plays.accounts import Account, accounts, after, readings
from stress.plays.play import Play
from stress.plays.statements import Stated, instruction_line, name_of
from stress.traces import NONE, SPURIOUS, Trace
from vgic.data import AWAIT, EDGE, END_AGAIN, is_private

MASKED = 0xF8
"""A priority that no priority mask lets through: the mask has five bits, and is less urgent."""


class Judgement(NamedTuple):
    """What is to be said of one round.

    Attributes:
        bad: what is wrong in it, each a line; empty if nothing is.
        disturbed: something exited that the play does not know of, so that nothing is judged.
    """

    bad: tuple[str, ...] = ()
    disturbed: bool = False


class BadRound(NamedTuple):
    """A round in which something is wrong.

    Attributes:
        number: which of those that were seen, from 0.
        bad: what is wrong.
        trace: all of it.
    """

    number: int
    bad: tuple[str, ...]
    trace: Trace


class PlayVerdict(NamedTuple):
    """What is to be said of a play: `bad` of `judged` rounds are.

    Attributes:
        played: rounds of which there is a trace.
        judged: those of them that could be judged.
        disturbed: those that were not, since something exited.
        lost: rounds that are missing.
        hung: rounds that did not come to an end, and in which nothing else was wrong.
        bad: rounds in which something is wrong.
        first: the first of these, None if there is none.
    """

    played: int
    judged: int
    disturbed: int
    lost: int
    hung: int
    bad: int
    first: BadRound | None


def judge(play: Play, trace: Trace) -> Judgement:
    """Judge one round.

    Args:
        play: what was played.
        trace: what was seen, on a kernel or in the model.
    """
    bad, disturbed = _misread(play, trace)
    if disturbed:
        return Judgement(disturbed=True)
    all_of_them = accounts(play.parameters.irqs, trace)
    if trace.ended and not _is_forfeited(play, trace, all_of_them):
        prompt = _is_prompt(play, all_of_them)
        for account in all_of_them:
            bad += _wrong(account, prompt=prompt)
    return Judgement(tuple(bad))


def verdict(play: Play, traces: Iterable[Trace]) -> PlayVerdict:
    """Judge all rounds of a play.

    Args:
        play: what was played.
        traces: those of its rounds of which there is one, in order.
    """
    played = disturbed = hung = bad = 0
    first: BadRound | None = None
    for trace in traces:
        judgement = judge(play, trace)
        disturbed += judgement.disturbed
        bad += bool(judgement.bad)
        hung += not (trace.ended or judgement.disturbed or judgement.bad)
        if judgement.bad and first is None:
            first = BadRound(played, judgement.bad, trace)
        played += 1
    return PlayVerdict(
        played=played,
        judged=played - disturbed - hung,
        disturbed=disturbed,
        lost=max(play.rounds - played, 0),
        hung=hung,
        bad=bad,
        first=first,
    )


def _misread(play: Play, trace: Trace) -> tuple[list[str], bool]:
    """Return the first thing of each vCPU that was not read as it had to be; is it disturbed?

    What is read after it may follow from it.
    """
    bad: dict[int, str] = {}
    disturbed = False
    to_read = {(each.vcpu, each.position): each.value for each in play.wanted}
    for vcpu, guest in enumerate(play.parameters.guests):
        read = readings(trace, f"vcpu{vcpu}")
        for position, instruction in enumerate(guest.instructions):
            name = name_of(instruction)
            value = next(read[name], None) if name in read else None
            right = to_read.get((vcpu, position))
            if value is None or right is None or value == right:
                continue
            if name == "exits":
                # The model counts none.
                disturbed |= value != NONE
            else:
                line = instruction_line(Stated(instruction, right))
                bad.setdefault(vcpu, f"vcpu{vcpu}: `{line}`, but it was {_seen(value)}")
    return list(bad.values()), disturbed


def _seen(value: int) -> str:
    return "none" if value == SPURIOUS else str(value)


def _is_forfeited(play: Play, trace: Trace, those: Iterable[Account]) -> bool:
    """Tell whether only what was read can be judged, by docs/quirks.md.

    A guest has ended something twice (Q6), has given an interrupt another priority that may have
    been in use (Q7), or has waited for a cell that nobody set (Q8).
    """
    counts = Counter((event.who, event.what) for event in trace.events)
    return (
        any(what == END_AGAIN.name for _, what in counts)
        or any(len(account.priorities) > 1 and not _is_set_before(account) for account in those)
        or any(
            counts[f"vcpu{vcpu}", AWAIT] < sum(each.name == AWAIT for each in guest.instructions)
            for vcpu, guest in enumerate(play.parameters.guests)
        )
    )


def _is_set_before(account: Account) -> bool:
    """Its priority was known to be written before it was sent at all: the same one did both."""
    return all(
        by == who and when < place for when, by in account.rewritten for place, who in account.sent
    )


def _is_prompt(play: Play, those: Iterable[Account]) -> bool:
    """Tell whether what is announced has to come before anybody is made to exit.

    It has not where maintenance interrupts are late, nor where one waits in a list register that
    the guest's priority mask does not let through.
    """
    late = any(any(guest.lateness) for guest in play.parameters.guests)
    return not late and all(max(account.priorities) < MASKED for account in those)


def _wrong(account: Account, *, prompt: bool) -> Iterable[str]:
    """Return what is wrong with one interrupt, by all that is known of it."""
    name, is_edge = account.name, account.irq.config is EDGE
    deliverable = account.enabled and max(account.priorities) < MASKED
    if account.active:
        yield f"stuck active: {name} is active, and its handlers have ended"
    elif account.pending and deliverable:
        yield f"lost: {name} is pending and enabled, and does not come"
    elif is_edge and account.pending is False and _swallowed(account):
        yield f"lost: {name} was sent, is not pending, and did not come"
    if is_edge and len(account.acknowledged) > len(account.sent):
        times = f"{len(account.acknowledged)} times, sent {len(account.sent)}"
        yield f"too often: {name} was acknowledged {times}"
    if prompt and account.forced and not account.routes:
        yield f"late: {name} came only when its vCPU was made to exit"
    yield from _astray(account)


def _swallowed(account: Account) -> bool:
    """It was sent and not acknowledged since, and nobody took that back."""
    return not account.unpended and after(account.sent, account.acknowledged)


def _astray(account: Account) -> Iterable[str]:
    irq = account.irq
    if not is_private(irq.intid):
        right = {f"vcpu{vcpu}" for vcpu in {irq.vcpu, *account.routes}}
        for who in sorted({who for _, who in account.acknowledged} - right):
            yield f"astray: {account.name} came to {who}, to which it never was routed"
