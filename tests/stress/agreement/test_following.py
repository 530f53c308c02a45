# SPDX-License-Identifier: GPL-2.0-only
"""Of which instruction is an event?"""

from stress.agreement.following import positions
from stress.traces import SPURIOUS, Event
from vgic.accesses import RAISE, Access
from vgic.data import ACCESS, ACKNOWLEDGE, END, WORK, Instruction

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


def test_what_comes_after_the_program_and_what_is_nobodys_has_its_length() -> None:
    events = [
        vcpu("raise", 32), vcpu("acknowledge", 32), vcpu("end", 32),
        Event("all", "idle"), Event("all", "final", 32, 0),
    ]  # fmt: skip
    assert positions((RAISED,), events) == [0, 1, 1, 1, 1]
