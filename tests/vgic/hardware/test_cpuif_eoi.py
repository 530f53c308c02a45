# SPDX-License-Identifier: GPL-2.0-only
"""What does a write to EOIR change, in EOImode 0?

It drops the running priority and deactivates; what is in no list register is only counted, in the
five bits of EOIcount.
"""

import pytest

from vgic.hardware.cpuif import IDLE_PRIORITY, CpuInterface
from vgic.hardware.list_registers import ListRegister


def running(*priorities: int) -> CpuInterface:
    """Return an interface whose handlers, outermost first, are of interrupts 32 and up."""
    cpuif = CpuInterface(len(priorities) + 1)
    for index, priority in enumerate(priorities):
        cpuif.lrs[index] = ListRegister(32 + index, pending=True, group=1, priority=priority)
        assert cpuif.acknowledge() == 32 + index
    return cpuif


def evict(cpuif: CpuInterface, index: int) -> None:
    """Take a register's contents out, as a host does that needs it for something more urgent."""
    cpuif.lrs[index] = ListRegister()


def test_it_deactivates_the_interrupt_in_its_register() -> None:
    cpuif = running(0x80)
    cpuif.end_of_interrupt(32)
    assert (cpuif.lrs[0].pending, cpuif.lrs[0].active) == (False, False)
    assert cpuif.running_priority == IDLE_PRIORITY
    assert cpuif.hcr.eoicount == 0


def test_it_drops_only_the_innermost_priority() -> None:
    cpuif = running(0xC0, 0x80, 0x40)
    cpuif.end_of_interrupt(34)
    assert cpuif.running_priority == 0x80
    cpuif.end_of_interrupt(33)
    assert cpuif.running_priority == 0xC0


def test_pending_and_active_becomes_pending_again() -> None:
    cpuif = running(0x80)
    cpuif.lrs[0].pending = True
    cpuif.end_of_interrupt(32)
    assert (cpuif.lrs[0].pending, cpuif.lrs[0].active) == (True, False)
    assert cpuif.acknowledge() == 32


def test_an_interrupt_in_no_register_is_counted() -> None:
    cpuif = running(0x80)
    evict(cpuif, 0)
    cpuif.end_of_interrupt(32)
    assert cpuif.hcr.eoicount == 1
    assert cpuif.running_priority == IDLE_PRIORITY


def test_an_interrupt_that_is_only_pending_in_its_register_is_counted() -> None:
    cpuif = running(0x80)
    cpuif.lrs[0].pending, cpuif.lrs[0].active = True, False
    cpuif.end_of_interrupt(32)
    assert cpuif.hcr.eoicount == 1
    assert cpuif.lrs[0].pending


def test_the_count_of_31_wraps_to_0() -> None:
    cpuif = running(0xC0, 0x80)
    evict(cpuif, 0)
    evict(cpuif, 1)
    cpuif.hcr.eoicount = 30
    cpuif.end_of_interrupt(33)
    assert cpuif.hcr.eoicount == 31
    cpuif.end_of_interrupt(32)
    assert cpuif.hcr.eoicount == 0


@pytest.mark.parametrize("intid", [32, 33, 1023])
def test_without_an_active_priority_it_changes_nothing(intid: int) -> None:
    cpuif = CpuInterface(1)
    cpuif.lrs[0] = ListRegister(32, active=True, group=1, priority=0x80)
    cpuif.end_of_interrupt(intid)
    assert cpuif.lrs[0].active
    assert cpuif.hcr.eoicount == 0
    assert cpuif.ap1r == 0


def test_ending_the_outer_handler_first_drops_the_inner_priority_and_deactivates_nothing() -> None:
    cpuif = running(0x80, 0x40)
    cpuif.end_of_interrupt(32)
    assert cpuif.running_priority == 0x80
    assert cpuif.lrs[0].active
    assert cpuif.lrs[1].active
    assert cpuif.hcr.eoicount == 0


def test_a_handler_ended_twice_drops_a_second_priority_and_is_counted() -> None:
    cpuif = running(0x80, 0x40)
    cpuif.end_of_interrupt(33)
    cpuif.end_of_interrupt(33)
    assert cpuif.running_priority == IDLE_PRIORITY
    assert cpuif.lrs[0].active
    assert cpuif.hcr.eoicount == 1
