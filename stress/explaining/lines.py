# SPDX-License-Identifier: GPL-2.0-only
"""From recorded steps to lines of text: what was done and what it changed, by weight.

A line weighs what it tells a reader of the race: changes of interrupts, lists and list registers
most, then how vCPUs are kicked, then locks and walks. What stands next to a change of threads
weighs most too, whatever it is. Views leave out what is too light for the room they have.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import takewhile, zip_longest

from harness import Event
from harness.engine import Operation
from stress.explaining.recorded import Step
from vgic.drain import DRAIN

LOCKS, KICKS, STATE = 1, 2, 3
"""The weights of a line."""

_HIDDEN_FIELDS = {"on_lr", "vcpu", "handles"}
"""Told by other lines: by the list registers, the lists, the guest's own instructions."""

_KICKS = ("mode[", "requests[", "ipi[")
_GUEST = ("guest acknowledges", "guest ends")


@dataclass(frozen=True)
class Line:
    """One line about one step.

    Attributes:
        index: the number of the step it is about.
        role: the thread; "" for the world outside.
        function: the model function it is done in.
        text: what was done, or what has changed.
        weight: how much it tells, see above.
    """

    index: int
    role: str
    function: str
    text: str
    weight: int


def lines(steps: tuple[Step, ...], locks_to_tell: Container[int] = ()) -> Iterator[Line]:
    """Yield the lines about some steps, in order.

    Args:
        steps: the steps.
        locks_to_tell: the numbers of steps that take a lock the reader has to know of.
    """
    for index, (step, after) in enumerate(zip_longest(steps, steps[1:])):
        event, what = step.event, step.event.what
        done_in = event.stack[-1] if event.stack else ""
        by_switch = step.enters or step.leaves
        if isinstance(what, Operation):
            said = _of_guest(event, after)
            text = said or _operation(step, what, after)
            if text:
                heavy = said or by_switch or index in locks_to_tell
                weight = STATE if heavy else _weight(what)
                yield Line(index, event.role, done_in, text, weight)
        elif what is not None and what[0] == DRAIN:
            yield Line(index, "", "", " ".join(map(str, what)), STATE)
        changed_in = _changed_in(event, after)
        for text, weight in _changed(step, in_guest=changed_in == "run_guest"):
            yield Line(index, event.role, changed_in, text, STATE if by_switch else weight)
        for lock in step.released:
            text = f"unlock {lock}"
            yield Line(index, event.role, changed_in, text, STATE if by_switch else LOCKS)


def _changed_in(event: Event, after: Step | None) -> str:
    """Say in which function something was changed after an event and before the next one.

    A note comes right behind what it is about; what comes behind a note is done in a function
    that the note and the next operation have in common.
    """
    stack = event.stack
    if after is not None and after.event.role == event.role:
        if isinstance(after.event.what, tuple) and after.event.step == event.step:
            stack = after.event.stack
        elif isinstance(event.what, tuple):
            common = zip(stack, after.event.stack, strict=False)
            stack = tuple(mine for mine, _ in takewhile(lambda pair: pair[0] == pair[1], common))
    return stack[-1] if stack else ""


def _weight(what: Operation) -> int:
    if what.kind in ("list", "relink"):
        return STATE
    return KICKS if what.name.startswith(_KICKS) else LOCKS


def _of_guest(event: Event, after: Step | None) -> str:
    """Return what the guest says of its own instruction, in the note that follows."""
    if after is None or after.event.step != event.step:
        return ""
    note = after.event.what
    return " ".join(map(str, note)) if isinstance(note, tuple) and note[0] in _GUEST else ""


def _operation(step: Step, what: Operation, after: Step | None) -> str:
    """Say what an operation does, where what it changes does not say it already."""
    if any(change.thing == what.name for change in step.changes):
        return ""
    if what.kind in ("read", "cmpxchg", "request", "take"):
        return f"{what.name} is {step.event.state.get(what.name, {}).get('', '')}"
    if what.kind == "list":
        # A walk that ends at once tells nothing.
        goes_on = after is not None and after.event.stack == step.event.stack
        return f"walk {what.name}" if goes_on else ""
    return {
        "acknowledge": "guest acknowledges nothing",
        "access": "guest accesses a register",
        "work": "other work",
        "idle": f"wakes up: {what.name} is pending",
    }.get(what.kind, str(what))


def _changed(step: Step, *, in_guest: bool) -> Iterator[tuple[str, int]]:
    fields: dict[str, list[str]] = {}
    for change in step.changes:
        thing, new = change.thing, change.new
        if change.field in _HIDDEN_FIELDS or thing.startswith("vgic_lr["):
            continue
        if thing.startswith(("ICH_LR[", "ICH_HCR[")) and not in_guest and new in ("empty", "0"):
            continue  # saved on the way out, which the shadow's lines tell
        if not change.field:
            yield f"{thing} = {new}", KICKS if thing.startswith(_KICKS) else STATE
        else:
            fields.setdefault(thing, []).append(f"{change.field}={new}")
    for thing, values in fields.items():
        yield f"{thing}: {' '.join(values)}", STATE
