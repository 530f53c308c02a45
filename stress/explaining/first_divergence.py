# SPDX-License-Identifier: GPL-2.0-only
"""The first divergence from the reference: where a kernel does other than the correct one.

The same machine is run with the same deviations on both; up to some step they are alike, operation
by operation and change by change. What comes first after that is where the failure begins, often
long before it shows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from harness import Change, Event
from harness.engine import Operation
from harness.schedule import Thing
from stress.explaining.recorded import Recorded
from stress.explaining.words import change_in_words, changed_name
from vgic.state import LockState, ModeState, ShadowLrs

_PASSED_OVER = (ShadowLrs, LockState, ModeState)
"""Kinds of object of which a change is no divergence.

What happens to list registers and locks shows in other changes and operations as well. When a vCPU
is seen outside its guest differs between kernels, not only between right and wrong ones; where that
matters, somebody does something else about it.
"""


@dataclass(frozen=True)
class FirstDivergence:
    """The first difference between an execution and that of the reference.

    Attributes:
        step: the number of the first step that is not alike.
        until: the number of the step after it.
        things: what it leaves otherwise than the correct kernel; none if it does another thing.
        instead: what the correct kernel does there.
    """

    step: int
    until: int
    things: frozenset[Thing]
    instead: str


@dataclass(frozen=True)
class _Done:
    """One operation and all that it changed; a walk of a list belongs to the one before."""

    event: Event
    until: int
    changed: frozenset[Change]

    @property
    def look(self) -> tuple[str, str]:
        return self.event.role, str(self.event.what)


def first_divergence(recorded: Recorded, reference: Recorded) -> FirstDivergence | None:
    """Return where an execution diverges from that of the reference, None if it does not."""
    theirs = _done(reference)
    for ours in _done(recorded):
        other = next(theirs, None)
        step, until = ours.event.step, ours.until
        if other is None:
            return FirstDivergence(step, until, frozenset(), "the execution ends")
        if ours.look != other.look:
            return FirstDivergence(step, until, frozenset(), _what(other.event))
        if ours.changed != other.changed:
            things = frozenset(change.thing for change in ours.changed ^ other.changed)
            return FirstDivergence(step, until, things, _instead(ours, other))
    return None


def _done(recorded: Recorded) -> Iterator[_Done]:
    events = [
        step.event
        for step in recorded.steps
        if isinstance(step.event.what, Operation) and not _is_passed_over(step.event.what, recorded)
    ]
    for event, after in pairwise([*events, recorded.end]):
        changed = frozenset(
            change
            for change in event.state.until(after.state)
            if change.thing.kind not in _PASSED_OVER
        )
        # A failure in the middle of the last step leaves it without a step after it.
        yield _Done(event, max(after.step, event.step + 1), changed)


def _is_passed_over(what: Operation, recorded: Recorded) -> bool:
    thing = recorded.things.get(what.name)
    is_mode = thing is not None and thing.kind is ModeState
    return what.kind == "list" or (what.kind == "write" and is_mode)


def _what(event: Event) -> str:
    function = f" in {event.stack[-1]}()" if event.stack else ""
    return f"{event.role} does `{event.what}`{function}"


def _instead(ours: _Done, other: _Done) -> str:
    """Say what the correct kernel has changed there, or that it has left something alone."""
    touched = {change.thing for change in other.changed}
    theirs = {(change.thing, change.field) for change in other.changed}
    alone = {
        changed_name(change) if change.thing in touched else change.thing.name
        for change in ours.changed
        if (change.thing, change.field) not in theirs
    }
    return ", ".join(
        [
            *sorted(change_in_words(change) for change in other.changed - ours.changed),
            *(f"{name} stays as it was" for name in sorted(alone)),
        ]
    )
