# SPDX-License-Identifier: GPL-2.0-only
"""From recorded steps to lines of text: what was done and what it changed, by weight.

A line weighs as much as a reader learns of the race by it: changes of interrupts, lists and list
registers most, then how vCPUs are kicked, then locks and walks. What stands next to a change of
threads weighs most too, whatever it is. Views leave out what is too light for the room they have.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from harness import RecordedEvent
from harness.engine import Operation
from harness.schedule import Thing
from stress.explaining.operations import KICKS, LOCKS, STATE, operation_in_words, weight_of
from stress.explaining.recorded import Deed, Recorded, Step
from stress.explaining.words import field_name, fields_in_words, value_in_words
from vgic.drain import DRAIN
from vgic.state import (
    HardwareHcr,
    HardwareLrs,
    HardwareMisr,
    IpiState,
    ModeState,
    RequestsState,
    ShadowLrs,
)

_HIDDEN_FIELDS = {"on_lr", "vcpu", "handles"}
"""Shown by other lines: by the list registers, the lists, the guest's own instructions."""

_KICKS = (ModeState, RequestsState, IpiState)
"""What vCPUs are kicked by."""

_OF_HARDWARE = (HardwareLrs, HardwareHcr, HardwareMisr)

_GUEST_MODE = "run_guest"
_GUEST = (
    "guest acknowledges",
    "guest ends",
    "guest drops the priority of",
    "guest deactivates",
    "guest hands over",
    "guest sets",
    "guest signals",
    "guest has awaited",
    "guest waits for an interrupt",
)


@dataclass(frozen=True)
class Line:
    """One line about one step.

    Attributes:
        index: the number of the step it is about.
        deed: the number of the deed in that step, of the operation itself -1.
        role: the thread; "" for the world outside.
        function: the model function it is done in.
        text: what was done, or what has changed.
        weight: how much a reader learns by it, see above.
        changed: the object that has changed, None if the line is of something done.
    """

    index: int
    role: str
    function: str
    text: str
    weight: int
    deed: int = -1
    changed: Thing | None = None


def lines(recorded: Recorded, locks_shown: Container[int] = ()) -> Iterator[Line]:
    """Yield the lines about an execution, in order.

    Args:
        recorded: the execution.
        locks_shown: the numbers of steps that take a lock the reader has to know of.
    """
    steps, things = recorded.steps, recorded.things
    for index, (step, after) in enumerate(zip_longest(steps, steps[1:])):
        event, what = step.event, step.event.what
        done_in = event.stack[-1] if event.stack else ""
        by_switch = step.enters or step.leaves
        if isinstance(what, Operation):
            said = _of_guest(event, after)
            text = said or _operation(step, what, after, things.get(what.name))
            if text:
                heavy = said or by_switch or index in locks_shown
                weight = STATE if heavy else _weight(what, things.get(what.name))
                yield Line(index, event.role, done_in, text, weight)
        elif what is not None and what[0] == DRAIN:
            yield Line(index, "", "", " ".join(map(str, what)), STATE)
        for number, deed in enumerate(step.deeds):
            for thing, text, weight in _changed(deed):
                weight = STATE if by_switch else weight
                yield Line(index, event.role, deed.function, text, weight, number, thing)
            for text in _exits(event.role, deed):
                yield Line(index, event.role, deed.function, text, STATE, number)
            for lock in deed.released:
                weight = STATE if by_switch else LOCKS
                yield Line(index, event.role, deed.function, f"unlock {lock}", weight, number)


def _weight(what: Operation, thing: Thing | None) -> int:
    of_object = KICKS if thing is not None and thing.kind in _KICKS else LOCKS
    return max(weight_of(what), of_object)


def _of_guest(event: RecordedEvent, after: Step | None) -> str:
    """Return what the guest says of its own instruction, in the note that follows."""
    if after is None or after.event.step != event.step:
        return ""
    note = after.event.what
    return " ".join(map(str, note)) if isinstance(note, tuple) and note[0] in _GUEST else ""


def _operation(step: Step, what: Operation, after: Step | None, thing: Thing | None) -> str:
    """Say what an operation does, where what it changes does not say it already."""
    if any(change.thing == thing for change in step.changes):
        return ""
    if what.kind == "list" and (after is None or after.event.stack != step.event.stack):
        return ""  # a walk that ends at once shows nothing
    fields = None if thing is None else step.event.state.get(thing)
    state = "" if fields is None else fields_in_words(fields).get("", "")
    return operation_in_words(what, state)


def _exits(role: str, deed: Deed) -> Iterator[str]:
    """Yield what a vCPU exits from its guest for, if it does and for an interrupt."""
    if deed.function != _GUEST_MODE or deed.returned != str(None):
        return
    vcpu = f"vcpu {role.removeprefix('vcpu')}"
    ipi = deed.state.get(Thing(IpiState, f"ipi[{vcpu}]"))
    if isinstance(ipi, IpiState) and ipi.pending:
        yield "exits for an IPI"
    misr = deed.state.get(Thing(HardwareMisr, f"ICH_MISR[{vcpu}]"))
    if isinstance(misr, HardwareMisr) and misr.reasons:
        yield f"exits for a maintenance interrupt: {value_in_words('reasons', misr.reasons)}"


def _changed(deed: Deed) -> Iterator[tuple[Thing, str, int]]:
    """Yield each object that a function has changed, what has changed in words, and its weight."""
    fields: dict[Thing, list[str]] = {}
    in_guest = deed.function == _GUEST_MODE
    for change in deed.changes:
        thing, name = change.thing, field_name(change.field)
        if change.field in _HIDDEN_FIELDS or thing.kind is ShadowLrs:
            continue
        if thing.kind in _OF_HARDWARE and not in_guest and not change.new:
            continue  # saved on the way out, which the shadow's lines show
        value = value_in_words(change.field, change.new)
        if name:
            fields.setdefault(thing, []).append(f"{name}={value}")
        else:
            yield thing, f"{thing.name} = {value}", KICKS if thing.kind in _KICKS else STATE
    for thing, values in fields.items():
        yield thing, f"{thing.name}: {' '.join(values)}", STATE
