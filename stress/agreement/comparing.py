# SPDX-License-Identifier: GPL-2.0-only
"""Two traces of one program: the first thing in them that differs, by a name.

The name says what kind of event differs and for what kind of interrupt, and no number, so that a
hundred differences with one cause have one name.
"""

from collections.abc import Sequence
from typing import NamedTuple

from stress.agreement.following import EVERYBODY, positions
from stress.agreement.programs import category_of
from stress.plays import Play
from stress.traces import SPURIOUS, Event, Trace
from vgic.accesses import ACTIVE, DISABLE, ENABLE, PENDING, PRIORITY
from vgic.data import ACKNOWLEDGE, EDGE

_EXITS = ("exit", "exits")
_PHASES = ("idle", "exited")
_FINAL = "final"
_STATES = ("idle", "pending", "active", "active and pending")


class Difference(NamedTuple):
    """Where two traces of one program part.

    Attributes:
        name: of what kind it is, without numbers.
        agreed: how many of the events that count are the same before it.
        position: at which instruction of the program; its length for what comes after it.
        model: what the model has there, None if nothing more.
        kernel: what the kernel has there, None if nothing more.
    """

    name: str
    agreed: int
    position: int
    model: Event | None
    kernel: Event | None


def that_count(play: Play, trace: Trace) -> tuple[Event, ...]:
    """Return the events of a trace that have to agree.

    An exit reads nothing, so it does not count itself: what it changes is seen. Where the
    maintenance interrupt comes late, an idle guest may have it before or after it is said to be
    idle, so the phases do not count either.
    """
    left_out = _EXITS + _PHASES if category_of(play).slow else _EXITS
    events = [event for event in trace.events if event.what not in left_out]
    return tuple(sorted(events, key=_order))


def _order(event: Event) -> tuple[int, int]:
    """Put last states behind all else, by interrupt; the rest stays in its order."""
    return (1, event.intid) if event.what == _FINAL else (0, 0)


def first_difference(play: Play, model: Trace, kernel: Trace) -> Difference | None:
    """Return the first difference between what the model and the kernel showed, None if none.

    Args:
        play: the program, of one vCPU.
        model: its trace in the model.
        kernel: its trace on the kernel.
    """
    ours, theirs = that_count(play, model), that_count(play, kernel)
    if ours == theirs:
        return None
    both = zip(ours, theirs, strict=False)
    index = next((n for n, (one, other) in enumerate(both) if one != other), None)
    if index is None:
        index = min(len(ours), len(theirs))
    one = ours[index] if index < len(ours) else None
    other = theirs[index] if index < len(theirs) else None
    (guest,) = play.parameters.guests
    longer = theirs if other is not None else ours
    position = positions(guest.instructions, longer)[index]
    return Difference(_name(play, theirs[:index], one, other), index, position, one, other)


def _name(play: Play, before: Sequence[Event], model: Event | None, kernel: Event | None) -> str:
    if model is None or kernel is None:
        return f"the {'model' if model is None else 'kernel'} does not come to the end"
    words = _Words(play, before)
    if model.what == kernel.what and model.intid == kernel.intid:
        return words.value_differs(model, kernel)
    if model.what == kernel.what == ACKNOWLEDGE.name:
        return words.another_acknowledged(model.intid, kernel.intid)
    if EVERYBODY in (model.who, kernel.who):
        return words.in_another_phase(model, kernel)
    return f"the model's guest does `{model.what}`, the kernel's `{kernel.what}`"


class _Words:
    """Says differences of one program in words, with the kinds of its interrupts."""

    def __init__(self, play: Play, before: Sequence[Event]) -> None:
        self._irqs = {irq.intid: irq for irq in play.parameters.irqs}
        self._priorities = {irq.intid: irq.priority for irq in play.parameters.irqs}
        self._priorities |= {each.intid: each.value for each in before if each.what == PRIORITY}
        self._enabled = {e.intid: e.what for e in before if e.what in (ENABLE, DISABLE)}

    def kind(self, intid: int) -> str:
        """Say of which kind an interrupt is, and that it is disabled if it is."""
        irq = self._irqs.get(intid)
        if irq is None:
            return "an unknown interrupt"
        disabled = ", disabled" if self._enabled.get(intid) == DISABLE else ""
        return ("an edge" if irq.config is EDGE else "a level") + disabled

    def value_differs(self, model: Event, kernel: Event) -> str:
        """Say how what was read, or is left, differs."""
        kind = self.kind(model.intid)
        if model.what in (PENDING, ACTIVE):
            return f"{model.what} of {kind} reads {model.value} in the model, {kernel.value} here"
        if model.what == _FINAL:
            ours, theirs = _STATES[model.value & 3], _STATES[kernel.value & 3]
            return f"at the end {kind} is {ours} in the model, {theirs} here"
        return f"`{model.what}` of {kind} differs"

    def another_acknowledged(self, model: int, kernel: int) -> str:
        """Say what was acknowledged instead of what."""
        if kernel == SPURIOUS:
            return f"{self.kind(model)} does not come"
        if model == SPURIOUS:
            return f"{self.kind(kernel)} comes, and does not in the model"
        ours, theirs = (self._priorities.get(intid, 0) for intid in (model, kernel))
        how = "as urgent" if ours == theirs else "more urgent" if theirs < ours else "less urgent"
        return f"{self.kind(kernel)} comes before {self.kind(model)}, {how}"

    def in_another_phase(self, model: Event, kernel: Event) -> str:
        """Say what came earlier or later than a phase's end."""
        if kernel.who == EVERYBODY and model.who != EVERYBODY:
            how = "comes only with a forced exit" if kernel.what in _PHASES else "does not come"
            return f"{self.kind(model.intid)} {how}"
        if model.who == EVERYBODY and kernel.who != EVERYBODY:
            how = "the forced exit of" if model.what in _PHASES else "having come in"
            return f"{self.kind(kernel.intid)} comes without {how} the model"
        return f"the model has `{model.what}`, the kernel `{kernel.what}`"
