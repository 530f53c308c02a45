# SPDX-License-Identifier: GPL-2.0-only
"""From the logs of one round, one a vCPU and one a device, to its trace.

Each log is in the order in which its owner did things; what happened first of two logs nobody
knows. They are merged to an order in which it may have happened: nobody has passed an `await`
before the `signal`, nobody acknowledges what was not sent (sending.py) or deactivates what another
has not dropped. What cannot be brought into such an order is taken as it comes.
"""

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Sequence

from stress.rig.wire.sending import About, Sent
from stress.rig.wire.words import NAMES, PHASES, Op, Word
from stress.traces import NONE, Event, Trace
from vgic.accesses import Access
from vgic.data import is_private

_WITHOUT_INTID = frozenset({Op.EXIT, Op.EXITS})
_WITH_VALUE = frozenset(
    {
        Op.ROUTE, Op.SGI, Op.SGI_LIST, Op.PENDING, Op.ACTIVE, Op.PRIORITY, Op.EXITS, Op.GROUP,
        Op.DISTRIBUTOR, Op.ACTIVATE, Op.DEACTIVATE,
    }
)  # fmt: skip
_NAMING_A_VCPU = frozenset({Op.SGI, Op.ACTIVATE, Op.DEACTIVATE})
_TO_SEVERAL = frozenset({Op.SGI_LIST, Op.SGI_OTHERS})

_Happened = tuple[Word, About, Event]


def merged(
    guests: Sequence[Sequence[Word]],
    devices: Sequence[Sequence[Word]],
    final: Sequence[Word] | None,
    levels: Collection[int],
) -> Trace:
    """Return the trace of a round.

    Args:
        guests: what each vCPU did.
        devices: what each device did.
        final: how the interrupts were at its end, None if somebody did not come to the end.
        levels: the INTIDs that are triggered by a level.
    """
    logs = [
        deque((word, _about(word, vcpu), _event(f"vcpu{vcpu}", word)) for word in log)
        for vcpu, log in enumerate(guests)
    ]
    logs += [
        deque((word, _about(word, word.value), _device_event(f"dev{number}", word)) for word in log)
        for number, log in enumerate(devices)
    ]
    events = [*_in_some_order(logs, Sent(levels), len(guests)), *map(_final_event, final or ())]
    return Trace(tuple(events), ended=final is not None)


def _in_some_order(logs: list[deque[_Happened]], sent: Sent, nr_vcpus: int) -> Iterator[Event]:
    signalled: set[int] = set()
    dropped = Counter[About]()

    def may_be_next(happened: _Happened) -> bool:
        word, about, _ = happened
        if word.op is Op.AWAIT:
            return word.intid in signalled
        if word.op is Op.DIR:
            return dropped[about] > 0
        return word.op not in PHASES and (word.op is not Op.ACKNOWLEDGE or sent.is_waiting(about))

    def may_be_stale(happened: _Happened) -> bool:
        word, about, _ = happened
        return word.op is Op.ACKNOWLEDGE and sent.was_sent(about)

    def is_in_a_phase(happened: _Happened) -> bool:
        return happened[0].op not in PHASES

    while any(logs):
        log = _first(logs, may_be_next) or _first(logs, may_be_stale) or _first(logs, is_in_a_phase)
        if log is None:
            yield _phase(logs)
            continue
        word, about, event = log.popleft()
        if word.op is Op.SIGNAL:
            signalled.add(word.intid)
        dropped[about] += (word.op is Op.DROP) - (word.op is Op.DIR)
        for each in _subjects(word, about, nr_vcpus):
            sent.take(word.op, each)
        yield event


def _first(
    logs: list[deque[_Happened]], may_be_next: Callable[[_Happened], bool]
) -> deque[_Happened] | None:
    """Return the first log with which one may go on, None if there is none."""
    return next((log for log in logs if log and may_be_next(log[0])), None)


def _about(word: Word, vcpu: int) -> About:
    """Return which interrupt a word is about: a private one is that of a vCPU."""
    if not is_private(word.intid):
        return word.intid, 0
    return word.intid, word.value if word.op in _NAMING_A_VCPU else vcpu


def _subjects(word: Word, about: About, nr_vcpus: int) -> list[About]:
    """Return all interrupts that a word is about; what is sent to several vCPUs has several."""
    if word.op not in _TO_SEVERAL:
        return [about]
    access = Access(NAMES[word.op], word.intid, word.value)
    return [(word.intid, vcpu) for vcpu in access.subjects(about[1], nr_vcpus)]


def _phase(logs: list[deque[_Happened]]) -> Event:
    """Everybody has come to the end of a phase: one event for all of them."""
    phase = next(log[0][0].op for log in logs if log)
    for log in logs:
        if log and log[0][0].op is phase:
            log.popleft()
    return Event("all", NAMES[phase])


def _event(who: str, word: Word) -> Event:
    return Event(
        who,
        NAMES[word.op],
        NONE if word.op in _WITHOUT_INTID else word.intid,
        word.value if word.op in _WITH_VALUE else NONE,
    )


def _device_event(who: str, word: Word) -> Event:
    return Event(who, NAMES[word.op], word.intid, word.value if is_private(word.intid) else NONE)


def _final_event(word: Word) -> Event:
    who = f"vcpu{word.value >> 2}" if is_private(word.intid) else "all"
    return Event(who, NAMES[word.op], word.intid, word.value & 3)
