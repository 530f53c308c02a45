# SPDX-License-Identifier: GPL-2.0-only
"""Judging a round of a play by its trace, and a play by its rounds: model and kernel alike.

Nothing is judged by a clock. That an interrupt never comes means that it is pending in the
distributor, enabled, its vCPU in its guest, and that it did not come in all the polls of that guest
and two exits of everybody. What was not seen, because something else exited or a line was lost on
the console, is not judged. A check that cannot be sure says nothing.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from stress.plays.accounts import ALL, Account, accounts
from stress.plays.forfeits import forfeited, is_queued, is_rewritten, switches_of
from stress.plays.handlers import nested_wrongly, unknown
from stress.plays.parting import JudgedAlone, parted
from stress.plays.play import Play
from stress.plays.reads import misread
from stress.plays.shutting import may_shut_out
from stress.plays.wrongs import MASKED, lost_line, unasked, undelivered
from stress.traces import BadTrace, Trace
from vgic import Parameters

EVENTS_MAX = 10_000
"""A trace of more is not judged alone: each interrupt is followed through all of it."""


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
    bad, disturbed = misread(play, trace)
    if disturbed:
        return Judgement(disturbed=True)
    if trace.ended:
        those = accounts(play.parameters.irqs, trace)
        forfeits = forfeited(play.parameters, trace, those)
        bad += _wrong(play, trace, those, forfeits)
        if not bad:
            # Where it is known what is wrong it is not said again that no GIC does that.
            bad += parted(play.parameters, trace, those, forfeits).bad
    return Judgement(tuple(bad))


def judged_alone(parameters: Parameters, trace: Trace) -> JudgedAlone:
    """Judge a trace by the architecture alone, as far as it goes.

    Args:
        parameters: the machine and its programs.
        trace: what was seen, on a kernel or in the model.

    Raises:
        BadTrace: it is of another machine, or so long that it is not judged.
    """
    if len(trace.events) > EVENTS_MAX:
        raise BadTrace(f"it has more than {EVENTS_MAX} events, and is not judged")
    there = {f"vcpu{n}" for n in range(len(parameters.guests))}
    there |= {ALL, *(f"dev{n}" for n in range(len(parameters.devices)))}
    for number, event in enumerate(trace.events, 1):
        if event.who not in there:
            raise BadTrace(f"event {number} is of {event.who}, and its machine has none")
    those = accounts(parameters.irqs, trace)
    return parted(parameters, trace, those, forfeited(parameters, trace, those))


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


def _wrong(
    play: Play, trace: Trace, all_of_them: Sequence[Account], forfeits: set[int]
) -> Iterable[str]:
    """Yield what is wrong with interrupts in a round that came to its end."""
    prompt = _is_prompt(play, all_of_them)
    switches = switches_of(trace)
    there = {account.key: account for account in all_of_them}
    yield from unknown(there, trace)
    for account in all_of_them:
        is_forfeited = not forfeits.isdisjoint(account.targets)
        yield from lost_line(account)
        if not is_forfeited:
            queued = is_queued(account, switches)
            yield from undelivered(account, prompt=prompt, queued=queued)
        if not is_rewritten(account):
            yield from unasked(account, forfeited=is_forfeited)
    yield from nested_wrongly(there, trace, forfeits)


def _is_prompt(play: Play, those: Iterable[Account]) -> bool:
    """Tell whether what is announced has to come before anybody is made to exit.

    It has not where maintenance interrupts are late, nor where one waits in a list register that
    the guest's priority mask does not let through, be it that the guest has closed it for good or
    has disabled a group.
    """
    guests = play.parameters.guests
    late = any(any(guest.lateness) for guest in guests)
    shut = any(map(may_shut_out, guests))
    return not (late or shut) and all(max(account.priorities) < MASKED for account in those)
