# SPDX-License-Identifier: GPL-2.0-only
"""Does each line stand under the function that did it, and the mark where a bug makes itself felt?

Over every wrong kernel there is. Who changed what is found out a second time, line of code by line
of code, by something that shares no code with the recorder.
"""

import re
import sys
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

import pytest

from harness import Carriers, Listener, OsThreads, Scheduler, execute
from harness.engine import Operation, is_observer
from harness.engine.frames import is_model
from harness.schedule import LenientReplay
from stress.executions import Target, Token
from stress.explaining.columns import columns
from stress.explaining.explanation import explain
from stress.explaining.recorded import Recorded, record
from tests.fixtures.gallery import WRONG
from vgic import Machine, Mechanism
from vgic.composition.composing import overridden
from vgic.state import LockState, Look

OTHER_NAMES = {
    "add_to_pause": "kvm_arm_halt_guest",
    "kvm_vcpu_block": "kvm_arch_vcpu_runnable",
    "announce_deactivated": "vgic_v3_deactivate",
    "deactivate_loaded": "vgic_v3_deactivate",
    "has_something": "vgic_kick_vcpus",
    "overflow_counts": "vgic_v3_configure_hcr",
    "sets_aside_disabled": "vgic_v3_configure_hcr",
}
"""Where a bug shows that overrides a step without a name, what begins with a call of another, or
what is kept in the summary until the enables are set by that."""

UNMARKED = ("outside_before_sync", "lpi_put_under_list_lock")
"""What fails at once: it publishes early what the reference publishes late, and somebody looks in
between; or it asks for a lock that it may not have, where the reference asks for none."""

MakeSmall = Callable[[str, OsThreads], Token]
Doing = set[tuple[str, str, str, object]]
"""In which function which object's field became what."""


class ByLine(Listener):
    """Looks at the machine after each line of the code under test."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.did: Doing = set()
        self.look: Look | None = None
        self._scheduler = scheduler
        self._last = ""
        self._fields: dict[object, Mapping[str, object]] = {}
        self._tracer = self._trace
        scheduler.listen(self)

    def does(self, operation: Operation) -> None:
        self._see(operation.kind)
        frame: FrameType | None = sys._getframe(1)
        self._last = self._named(frame)
        sys.settrace(self._tracer)
        while frame is not None:
            frame.f_trace = self._tracer
            frame = frame.f_back

    def _trace(self, frame: FrameType, event: str, _: object) -> Any:
        if self._scheduler.unwinding or self.look is None:
            sys.settrace(None)
            return None
        if is_observer(frame.f_globals.get("__name__", "")):
            return None
        self._see(event)
        self._last = self._named(frame.f_back if event == "return" else frame)
        return self._tracer

    @staticmethod
    def _named(frame: FrameType | None) -> str:
        while frame is not None:
            if is_model(frame):
                return frame.f_code.co_name
            frame = frame.f_back
        return ""

    def _see(self, _: str) -> None:
        assert self.look is not None
        for thing, fields in self.look().items():
            before, now = self._fields.get(thing, {}), fields._asdict()
            self._fields[thing] = now
            if before and thing.kind is not LockState:
                self.did |= {
                    (self._last, thing.name, name, value)
                    for name, value in now.items()
                    if before[name] != value
                }


def by_line(token: Token, target: Target, carriers: Carriers) -> Doing:
    listeners: list[ByLine] = []

    def program(scheduler: Scheduler) -> None:
        listener = ByLine(scheduler)
        listeners.append(listener)
        machine = Machine(scheduler, token.parameters, target.kernel)
        listener.look = Look(machine.kvm, machine.guests, machine.kernel)

    execute(program, LenientReplay(token.deviations), carriers)
    listeners[0].look = None
    return listeners[0].did


def by_deed(recorded: Recorded) -> Doing:
    return {
        (deed.function, change.thing.name, change.field, change.new)
        for step in recorded.steps
        for deed in step.deeds
        for change in deed.changes
        if change.old is not None
    }


@pytest.mark.parametrize("name", WRONG)
def test_each_change_stands_under_the_function_that_made_it(
    gallery: dict[str, Token], pinned: OsThreads, name: str
) -> None:
    token = gallery[name]
    recorded = record(token.parameters, token.deviations, WRONG[name], pinned)
    did = by_line(token, WRONG[name], pinned)
    assert by_deed(recorded)
    by_the_host = {each for each in by_deed(recorded) if each[1].startswith("work[")}
    assert {each[0] for each in by_the_host} <= {"", "xfer_to_guest_mode_handle_work"}
    # What fails when all is over has been drained: every vCPU was made to exit, by no function.
    by_the_drain = {each for each in by_deed(recorded) if each[0] == "" and each[1][:4] == "ipi["}
    assert by_deed(recorded) - by_the_host - by_the_drain - did == set()


TOO_LONG = {"head-walk"}
"""What goes another way so long before it fails that the picture begins behind that."""


@pytest.mark.parametrize("name", UNMARKED)
def test_what_fails_before_the_reference_goes_another_way_has_no_mark(
    made_small: MakeSmall, pinned: OsThreads, name: str
) -> None:
    assert explain(made_small(name, pinned), WRONG[name], pinned).divergence is None


@pytest.mark.parametrize("name", [name for name in WRONG if name not in UNMARKED])
def test_the_mark_stands_where_the_bug_decides(
    made_small: MakeSmall, pinned: OsThreads, name: str
) -> None:
    """In what the bug overrides, in its caller, or what it returned is named beside the mark."""
    target = WRONG[name]
    story = explain(made_small(name, pinned), target, pinned)
    divergence = story.divergence
    assert divergence is not None
    mine = overrides(target.kernel)
    callers = {
        caller
        for step in story.recorded.steps
        for deed in step.deeds
        for caller, callee in zip(deed.stack, deed.stack[1:], strict=False)
        if callee in mine
    }
    mine |= {OTHER_NAMES[each] for each in mine & OTHER_NAMES.keys()}
    assert divergence.function in mine | callers or divergence.decided_in in mine
    lines = columns(story.recorded, divergence).splitlines()
    if name in TOO_LONG:
        assert any("* the reference goes another way before these lines" in line for line in lines)
        return
    (marked,) = [number for number, line in enumerate(lines) if line.startswith("* ")][:1]
    indent = re.match(r"\*? +", lines[marked]).end() - 2  # type: ignore[union-attr]
    above = next(line for line in reversed(lines[:marked]) if re.match(rf" {{{indent}}}\w", line))
    assert above.strip() == f"{divergence.function}()"


def overrides(kernel: type[Mechanism]) -> set[str]:
    """Return what a wrong kernel has otherwise than the reference."""
    return {
        name
        for cls in kernel.__mro__
        if cls not in Target().kernel.__mro__
        for name in overridden(cls)
    }
