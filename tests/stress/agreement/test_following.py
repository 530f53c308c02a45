# SPDX-License-Identifier: GPL-2.0-only
"""Of which instruction is an event?"""

from stress.agreement.following import positions
from stress.traces import SPURIOUS, Event
from vgic.accesses import RAISE, Access
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    END,
    EOI_MODE,
    MASK,
    WORK,
    Instruction,
    dir_of,
    setting,
)

RAISED = Instruction(ACCESS, Access(RAISE, 32))


def vcpu(what: str, intid: int) -> Event:
    return Event("vcpu0", what, intid)


def test_what_leaves_no_event_is_passed_over() -> None:
    program = (WORK, END, RAISED, WORK, ACKNOWLEDGE, END)
    events = [vcpu("raise", 32), vcpu("acknowledge", 32), vcpu("end", 32)]
    assert positions(program, events) == [2, 4, 5]


def test_nothing_acknowledged_opens_no_handler_to_end() -> None:
    program = (ACKNOWLEDGE, END, RAISED)
    events = [vcpu("acknowledge", SPURIOUS), vcpu("raise", 32)]
    assert positions(program, events) == [0, 2]


def test_a_handler_that_quiesces_its_device_is_at_its_end() -> None:
    program = (RAISED, ACKNOWLEDGE, END, WORK)
    events = [vcpu("raise", 32), vcpu("acknowledge", 32), vcpu("quiesce", 32), vcpu("end", 32)]
    assert positions(program, events) == [0, 1, 2, 2]


DROPPED = (vcpu("raise", 32), vcpu("acknowledge", 32), vcpu("drop", 32))


def test_what_was_dropped_is_there_to_deactivate_once() -> None:
    program = (dir_of(), setting(EOI_MODE, 1), RAISED, ACKNOWLEDGE, END, dir_of(3), dir_of(), WORK)
    events = [*DROPPED, vcpu("dir", 32), Event("all", "idle")]
    assert positions(program, events) == [2, 3, 4, 5, 8]


OPENED = (RAISED, ACKNOWLEDGE, END)


def test_back_in_eoi_mode_0_nothing_is_left_to_deactivate() -> None:
    there, back = setting(EOI_MODE, 1), setting(EOI_MODE, 0)
    program = (there, *OPENED, dir_of(), back, *OPENED, dir_of(), setting(MASK, 0), RAISED)
    ended = [vcpu("raise", 32), vcpu("acknowledge", 32), vcpu("end", 32), vcpu("raise", 32)]
    assert positions(program, [*DROPPED, vcpu("dir", 32), *ended]) == [1, 2, 3, 4, 6, 7, 8, 11]


def test_while_something_is_dropped_the_guest_does_not_go_back() -> None:
    program = (setting(EOI_MODE, 1), *OPENED, setting(EOI_MODE, 0), dir_of(), RAISED)
    events = [*DROPPED, vcpu("dir", 32), vcpu("raise", 32)]
    assert positions(program, events) == [1, 2, 3, 5, 6]


def test_what_comes_after_the_program_and_what_is_nobodys_has_its_length() -> None:
    events = [
        vcpu("raise", 32), vcpu("acknowledge", 32), vcpu("end", 32),
        Event("all", "idle"), Event("all", "final", 32, 0),
    ]  # fmt: skip
    assert positions((RAISED,), events) == [0, 1, 1, 1, 1]
