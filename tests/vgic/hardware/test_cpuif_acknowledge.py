# SPDX-License-Identifier: GPL-2.0-only
"""What does the guest get when it reads IAR?

After the ICV_IAR description of the GICv3 architecture: the most urgent register that is pending
and nothing else, in an enabled group, more urgent than the mask and than what already runs.
"""

import pytest

from vgic.hardware.cpuif import IDLE_PRIORITY, SPURIOUS, CpuInterface
from vgic.hardware.list_registers import ListRegister


def pending(intid: int, priority: int, group: int = 1) -> ListRegister:
    return ListRegister(intid, pending=True, group=group, priority=priority)


def interface(*lrs: ListRegister) -> CpuInterface:
    cpuif = CpuInterface(len(lrs))
    cpuif.lrs[:] = lrs
    return cpuif


def state(lr: ListRegister) -> tuple[bool, bool]:
    return lr.pending, lr.active


def test_empty_registers_give_spurious() -> None:
    cpuif = CpuInterface(4)
    assert cpuif.acknowledge() == SPURIOUS == 1023
    assert cpuif.ap1r == 0


def test_the_lowest_priority_value_is_taken() -> None:
    cpuif = interface(pending(32, 0x80), pending(33, 0x40), pending(34, 0xC0))
    assert cpuif.acknowledge() == 33
    assert [state(lr) for lr in cpuif.lrs] == [(True, False), (False, True), (True, False)]


def test_ties_go_to_the_lowest_index() -> None:
    cpuif = interface(pending(40, 0x80), pending(33, 0x80), pending(34, 0x80))
    assert cpuif.acknowledge() == 40


@pytest.mark.parametrize(("pmr", "intid"), [(0x48, 32), (0x40, SPURIOUS), (0x38, SPURIOUS)])
def test_only_priorities_below_the_mask_are_signalled(pmr: int, intid: int) -> None:
    cpuif = interface(pending(32, 0x40))
    cpuif.vmcr.pmr = pmr
    assert cpuif.acknowledge() == intid


def test_a_disabled_group_is_passed_over_for_a_less_urgent_enabled_one() -> None:
    cpuif = interface(pending(32, 0x08, group=0), pending(33, 0x80, group=1))
    cpuif.vmcr.group_enabled = (False, True)
    assert cpuif.acknowledge() == 33
    assert state(cpuif.lrs[0]) == (True, False)


def test_with_both_groups_disabled_everything_is_spurious() -> None:
    cpuif = interface(pending(32, 0x08, group=0), pending(33, 0x80, group=1))
    cpuif.vmcr.group_enabled = (False, False)
    assert cpuif.acknowledge() == SPURIOUS


@pytest.mark.parametrize(("priority", "intid"), [(0x78, 33), (0x80, SPURIOUS), (0x88, SPURIOUS)])
def test_only_a_strictly_more_urgent_interrupt_preempts(priority: int, intid: int) -> None:
    cpuif = interface(pending(32, 0x80), ListRegister())
    assert cpuif.acknowledge() == 32
    cpuif.lrs[1] = pending(33, priority)
    assert cpuif.acknowledge() == intid


def test_pending_and_active_is_no_candidate() -> None:
    both = ListRegister(32, pending=True, active=True, group=1, priority=0x08)
    cpuif = interface(both, pending(33, 0x80))
    assert cpuif.acknowledge() == 33
    assert state(both) == (True, True)


def test_spurious_changes_nothing() -> None:
    cpuif = interface(pending(32, 0x80))
    cpuif.vmcr.pmr = 0x80
    assert cpuif.acknowledge() == SPURIOUS
    assert state(cpuif.lrs[0]) == (True, False)
    assert cpuif.ap1r == 0
    assert cpuif.hcr.eoicount == 0


def test_the_running_priority_is_that_of_the_innermost_handler() -> None:
    cpuif = interface(pending(32, 0xC0), ListRegister())
    assert cpuif.running_priority == IDLE_PRIORITY == 0xFF
    cpuif.acknowledge()
    assert cpuif.running_priority == 0xC0
    cpuif.lrs[1] = pending(33, 0x00)
    cpuif.acknowledge()
    assert cpuif.running_priority == 0x00


def test_asking_for_the_highest_pending_takes_nothing() -> None:
    cpuif = interface(pending(32, 0x40))
    assert cpuif.highest_pending() is cpuif.lrs[0]
    assert cpuif.highest_pending() is cpuif.lrs[0]
    assert state(cpuif.lrs[0]) == (True, False)
