# SPDX-License-Identifier: GPL-2.0-only
"""The first divergence from the reference: where a kernel does other than the correct one.

The same machine is run with the same deviations on both; up to some operation they are alike,
operation by operation and change by change. What comes first after that is where the failure
begins, often long before it shows. Until then both were in the same functions, so the function in
which they part is known as well: where the kernel does something that the reference does not do,
or where it leaves something undone.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from harness import Change, RecordedEvent
from harness.engine import Operation
from harness.schedule import Thing
from stress.explaining.compared import Done, Place, Stack, done
from stress.explaining.recorded import Deed, Recorded
from stress.explaining.words import change_in_words, changed_name


@dataclass(frozen=True)
class FirstDivergence:
    """The first difference between an execution and that of the reference.

    Attributes:
        place: what is not alike, or what came last before the reference does something.
        function: the function in which it is done, or left undone.
        things: what is left otherwise there than the reference leaves it; none if another
            operation is done.
        undone: it is the reference that does something here.
        instead: what the reference does there, in words.
        look: the same without numbers: alike for executions that diverge alike.
        decided_in: the function that last returned otherwise before, "" if none did.
    """

    place: Place
    function: str
    things: frozenset[Thing]
    undone: bool
    instead: str
    look: str
    decided_in: str = ""


def first_divergence(recorded: Recorded, reference: Recorded) -> FirstDivergence | None:
    """Return where an execution diverges from that of the reference, None if it does not."""
    found = _found(recorded, reference)
    return found and replace(found, decided_in=_decided_in(recorded, reference, found.place))


def _found(recorded: Recorded, reference: Recorded) -> FirstDivergence | None:
    theirs = done(reference)
    before: tuple[Done, Done] | None = None
    for ours in done(recorded):
        other = next(theirs, None)
        if other is None:
            return _done_more(ours, "the execution ends", "the execution ends")
        if ours.look != other.look:
            return _another(ours, other, before)
        if ours.changed != other.changed:
            return _left_otherwise(ours, other)
        before = ours, other
    return None


def _left_otherwise(ours: Done, other: Done) -> FirstDivergence:
    """Something that we have changed is not so there, or the other way round."""
    mine, missing = ours.changed - other.changed, other.changed - ours.changed
    if mine:
        place, deed = _first_with(mine, ours)
        said = frozenset(mine & frozenset(deed.changes)) or mine
        things = frozenset(change.thing for change in said)
        instead = frozenset(change for change in missing if change.thing in things)
        return FirstDivergence(
            place,
            deed.function,
            things,
            undone=False,
            instead=_instead(said, instead, other.changed),
            look=_look(said, instead),
        )
    _, deed = _first_with(missing, other)
    said = frozenset(missing & frozenset(deed.changes)) or missing
    place, function = _as_far_as(deed.stack, ours)
    return FirstDivergence(
        place,
        function,
        frozenset(change.thing for change in said),
        undone=True,
        instead=_instead(frozenset(), said, other.changed),
        look=_look(frozenset(), said),
    )


def _first_with(changes: Collection[Change], done: Done) -> tuple[Place, Deed]:
    """Return the first deed that has changed one of these, to what it is in the end if any has."""
    fields = {(change.thing, change.field) for change in changes}
    for wanted in (
        lambda change: change in changes,
        lambda change: _new(change) in map(_new, changes),
        lambda change: (change.thing, change.field) in fields,
    ):
        for place, deed in done.deeds:
            if any(map(wanted, deed.changes)):
                return place, deed
    return done.deeds[-1]


def _new(change: Change) -> tuple[Thing, str, object]:
    return change.thing, change.field, change.new


def _another(ours: Done, other: Done, before: tuple[Done, Done] | None) -> FirstDivergence:
    """Another operation comes next: one that they leave undone, or one that we do."""
    instead, look = _what(other.event), _operation_look(other.event)
    if before is None or ours.event.role != before[0].event.role != other.event.role:
        return _done_more(ours, instead, look)
    mine, theirs = before
    if other.event.role == mine.event.role:
        undone_in = _shared(other.event.stack, [*mine.stacks, ours.event.stack])
        if ours.event.role == other.event.role:
            done_in = _shared(ours.event.stack, [*theirs.stacks, other.event.stack])
            if done_in == ours.event.stack and len(done_in) >= len(undone_in):
                return _done_more(ours, instead, look)
        place, function = _as_far_as(undone_in, mine)
        return FirstDivergence(
            place, function, frozenset(), undone=True, instead=instead, look=f"{function}: {look}"
        )
    return _done_more(ours, instead, look)


def _done_more(ours: Done, instead: str, look: str) -> FirstDivergence:
    function = ours.event.stack[-1] if ours.event.stack else ""
    return FirstDivergence(
        ours.place, function, frozenset(), undone=False, instead=instead, look=look
    )


def _as_far_as(stack: Stack, ours: Done) -> tuple[Place, str]:
    """Return the last place in the innermost of some functions that we have been in."""
    shared = _shared(stack, ours.stacks)
    places = [ours.place, *(place for place, _ in ours.deeds)]
    place = max(
        (place for place, been in zip(places, ours.stacks, strict=True) if been == shared),
        default=places[-1],
    )
    return place, shared[-1] if shared else ""


def _decided_in(recorded: Recorded, reference: Recorded, place: Place) -> str:
    """Return which function was the last to return otherwise before a place, "" if none was.

    A function of the same name, called as often before in the same functions, is the same call.
    What it returns may be what another returned just before to it or to its caller: then that one
    has decided.
    """
    returned = {call: text for _, call, text in _returns(reference)}
    standing: dict[Stack, None] = {}
    for at, call, text in _returns(recorded):
        if at > place:
            break
        stack, _ = call
        standing.pop(stack, None)
        if returned.get(call, text) != text:
            standing[stack] = None
    last: Stack = next(reversed(standing), ())
    for stack in standing:
        caller = stack[:-1]
        if last[: len(caller)] == caller and len(caller) >= len(last) - 2:
            return stack[-1]
    return ""


def _returns(recorded: Recorded) -> Iterator[tuple[Place, tuple[Stack, int], str]]:
    """Yield each call that has returned words: its end, which it is, and the words."""
    times: Counter[Stack] = Counter()
    for number, step in enumerate(recorded.steps):
        for place, deed in enumerate(step.deeds):
            if deed.returned and deed.stack:
                times[deed.stack] += 1
                yield Place(number, place), (deed.stack, times[deed.stack]), deed.returned


def _shared(stack: Stack, stacks: Sequence[Stack]) -> Stack:
    """Return as much of a stack, from the outermost function on, as one of some others has."""

    def like(other: Stack) -> Stack:
        pairs = takewhile(lambda pair: pair[0] == pair[1], zip(stack, other, strict=False))
        return tuple(mine for mine, _ in pairs)

    return max(map(like, stacks), key=len, default=())


def _what(event: RecordedEvent) -> str:
    function = f" in {event.stack[-1]}()" if event.stack else ""
    return f"{event.role} does `{event.what}`{function}"


def _operation_look(event: RecordedEvent) -> str:
    assert isinstance(event.what, Operation)
    function = event.stack[-1] if event.stack else ""
    return f"{event.what.kind} {event.what.lock_class} in {function}"


def _instead(
    mine: Collection[Change], theirs: Collection[Change], all_theirs: Collection[Change]
) -> str:
    """Say what the reference has changed there, or that it has left something alone."""
    touched = {change.thing for change in all_theirs}
    fields = {(change.thing, change.field) for change in theirs}
    alone = {
        changed_name(change) if change.thing in touched else change.thing.name
        for change in mine
        if (change.thing, change.field) not in fields
    }
    return ", ".join(
        [
            *sorted(map(change_in_words, theirs)),
            *(f"{name} stays as it was" for name in sorted(alone)),
        ]
    )


def _look(mine: Collection[Change], theirs: Collection[Change]) -> str:
    """Say the same of things by their kinds and fields only."""
    words = {f"{change.thing.kind.__name__}.{change.field}" for change in theirs}
    words |= {f"not {change.thing.kind.__name__}.{change.field}" for change in mine}
    return ", ".join(sorted(words))
