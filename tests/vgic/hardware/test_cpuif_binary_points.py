# SPDX-License-Identifier: GPL-2.0-only
"""How much of a priority decides who preempts whom, by the binary points of both groups?

Group 0 counts what is above BPR0 + 1 bits, group 1 what is above BPR1 bits, or with CBPR above one
more than BPR0, 7 at most. With five bits of priority the least binary points are 2 and 3.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vgic.hardware import (
    BPR_MAX,
    BPR_MIN,
    IDLE_PRIORITY,
    PLAIN,
    PRIORITY_MASK,
    SPURIOUS,
    CpuInterface,
    ListRegister,
    Vmcr,
)

MASKS = [
    *[(0, (bpr, 3), False, mask) for bpr, mask in enumerate((0xF8, 0xF0, 0xE0, 0xC0, 0x80, 0), 2)],
    *[(1, (2, bpr), False, mask) for bpr, mask in enumerate((0xF8, 0xF0, 0xE0, 0xC0, 0x80), 3)],
    *[(1, (bpr, 7), True, mask) for bpr, mask in enumerate((0xF8, 0xF0, 0xE0, 0xC0, 0x80), 2)],
    (0, (7, 3), True, 0),
    (1, (7, 3), True, 0x80),
    (0, (2, 7), True, 0xF8),
]


@pytest.mark.parametrize(("group", "bpr", "common", "mask"), MASKS)
def test_what_counts_for_preemption(
    group: int, bpr: tuple[int, int], common: bool, mask: int
) -> None:
    vmcr = Vmcr()
    vmcr.set_binary_points(bpr, common=common)
    assert [vmcr.group_priority(group, each) for each in (0xF8, 0x98, 0x08)] == [
        mask & 0xF8,
        mask & 0x98,
        mask & 0x08,
    ]


def test_out_of_reset_all_of_a_priority_counts() -> None:
    vmcr = Vmcr()
    assert (vmcr.bpr, vmcr.common_bpr) == (BPR_MIN, False)
    assert all(vmcr.group_priority(group, 0xF8) == PRIORITY_MASK for group in (0, 1))


def test_what_is_below_the_least_counts_as_the_least() -> None:
    vmcr = Vmcr()
    vmcr.set_binary_points((0, 0), common=False)
    assert vmcr.bpr == (2, 3) == BPR_MIN
    assert vmcr.group_priority(0, 0xFF) == vmcr.group_priority(1, 0xFF) == PRIORITY_MASK


def test_a_common_one_leaves_that_of_group_1_as_it_was() -> None:
    vmcr = Vmcr()
    vmcr.set_binary_points((6, 5), common=True)
    assert vmcr.group_priority(1, 0xF8) == 0x80
    vmcr.set_binary_points(vmcr.bpr, common=False)
    assert vmcr.group_priority(1, 0xF8) == 0xE0


def interface(group: int, *priorities: int) -> CpuInterface:
    cpuif = CpuInterface(len(priorities))
    for index, priority in enumerate(priorities):
        cpuif.lrs[index] = ListRegister(32 + index, pending=True, group=group, priority=priority)
    return cpuif


@pytest.mark.parametrize(("priority", "preempts"), [(0x78, True), (0x80, False), (0x88, False)])
@pytest.mark.parametrize(("group", "bpr"), [(0, (6, 3)), (1, (2, 7))])
def test_only_the_group_priority_preempts(
    group: int, bpr: tuple[int, int], priority: int, preempts: bool
) -> None:
    """0x80 and 0x88 are one group priority here, with 0x90 running in it; 0x78 is another."""
    cpuif = interface(group, 0x90)
    cpuif.vmcr.set_binary_points(bpr, common=False)
    assert cpuif.acknowledge(group) == 32
    assert cpuif.running_priority == 0x80
    cpuif.lrs.append(ListRegister(33, pending=True, group=group, priority=priority))
    assert cpuif.acknowledge(group) == (33 if preempts else SPURIOUS)


@pytest.mark.parametrize("group", [0, 1])
def test_with_the_least_binary_point_any_difference_preempts(group: int) -> None:
    cpuif = interface(group, 0x90)
    cpuif.acknowledge(group)
    cpuif.lrs.append(ListRegister(33, pending=True, group=group, priority=0x88))
    assert cpuif.acknowledge(group) == 33


def test_the_subpriority_decides_who_is_first_of_those_that_wait() -> None:
    cpuif = interface(1, 0x98, 0x90, 0x88)
    cpuif.vmcr.set_binary_points((2, 7), common=False)
    assert cpuif.acknowledge(1) == 34
    assert cpuif.acknowledge(1) == SPURIOUS
    cpuif.end_of_interrupt(34)
    assert cpuif.acknowledge(1) == 33


def test_an_end_finds_the_group_priority_of_what_it_ends() -> None:
    cpuif = interface(1, 0x98)
    cpuif.vmcr.set_binary_points((2, 7), common=False)
    cpuif.acknowledge(1)
    assert cpuif.ap1r == 1 << 0x10
    cpuif.end_of_interrupt(32)
    assert (str(cpuif.lrs[0]), cpuif.apr) == ("32:invalid", 0)


def test_an_end_under_another_binary_point_than_the_acknowledge_does_not_deactivate() -> None:
    cpuif = interface(1, 0x98)
    cpuif.acknowledge(1)
    cpuif.vmcr.set_binary_points((2, 7), common=False)
    cpuif.end_of_interrupt(32)
    assert (str(cpuif.lrs[0]), cpuif.apr, cpuif.hcr.eoicount) == ("32:A", 0, 0)


def test_each_group_preempts_by_its_own() -> None:
    """What runs has the group priority of its own group's point, what comes that of its own."""
    cpuif = interface(0, 0xB8)
    cpuif.vmcr.set_binary_points((6, 3), common=False)
    cpuif.acknowledge(0)
    assert cpuif.running_priority == 0x80
    cpuif.lrs.append(ListRegister(33, pending=True, group=1, priority=0x80))
    assert cpuif.acknowledge(1) == SPURIOUS
    cpuif.lrs[1].priority = 0x78
    assert cpuif.acknowledge(1) == 33


@pytest.mark.parametrize(("masks", "taken"), [(False, 33), (True, SPURIOUS)])
def test_what_runs_may_be_compared_by_the_point_of_the_group_that_comes(
    masks: bool, taken: int
) -> None:
    """0x80 of the group that comes is less than 0x88 that runs, but not if both lose those bits."""
    cpuif = interface(0, 0x88)
    cpuif.implementation = PLAIN._replace(masks_running=masks)
    cpuif.vmcr.set_binary_points((2, 5), common=False)
    cpuif.acknowledge(0)
    cpuif.lrs.append(ListRegister(33, pending=True, group=1, priority=0x98))
    assert cpuif.acknowledge(1) == taken


@pytest.mark.parametrize("masks", [False, True])
def test_if_nothing_runs_there_is_nothing_to_compare(masks: bool) -> None:
    cpuif = interface(1, 0xF0)
    cpuif.implementation = PLAIN._replace(masks_running=masks)
    cpuif.vmcr.set_binary_points((2, 7), common=False)
    assert cpuif.acknowledge(1) == 32


def test_with_nothing_that_counts_whatever_runs_holds_off_everything() -> None:
    cpuif = interface(0, 0xF0)
    cpuif.vmcr.set_binary_points((BPR_MAX, 3), common=False)
    assert cpuif.acknowledge(0) == 32
    assert (cpuif.ap0r, cpuif.running_priority) == (1, 0)
    cpuif.lrs.append(ListRegister(33, pending=True, group=1, priority=0))
    assert cpuif.acknowledge(1) == SPURIOUS
    cpuif.end_of_interrupt(32, 0)
    assert str(cpuif.lrs[0]) == "32:invalid"


@pytest.mark.parametrize(("pmr", "taken"), [(0x90, SPURIOUS), (0x98, 32)])
def test_the_mask_looks_at_the_whole_priority(pmr: int, taken: int) -> None:
    cpuif = interface(1, 0x90)
    cpuif.vmcr.pmr = pmr
    cpuif.vmcr.set_binary_points((2, 7), common=False)
    assert cpuif.acknowledge(1) == taken


PRIORITIES = st.integers(0, 31).map(lambda level: level << 3)
POINTS = st.tuples(st.integers(BPR_MIN[0], BPR_MAX), st.integers(BPR_MIN[1], BPR_MAX))


@settings(max_examples=150, deadline=None)
@given(
    POINTS,
    st.booleans(),
    st.tuples(PRIORITIES, st.integers(0, 1)),
    st.tuples(PRIORITIES, st.integers(0, 1)),
)
def test_whatever_preempts_is_in_a_lower_block_than_what_runs(
    points: tuple[int, int], common: bool, first: tuple[int, int], then: tuple[int, int]
) -> None:
    """The same said with blocks of priorities instead of masks: each group cuts its own."""
    cuts = (points[0] + 1, min(points[0] + 1, 7) if common else points[1])
    blocks = [1 << cut for cut in cuts]
    running = first[0] // blocks[first[1]] * blocks[first[1]]
    taken = first[0] < PRIORITY_MASK
    cpuif = interface(first[1], first[0])
    cpuif.vmcr.set_binary_points(points, common=common)
    assert cpuif.acknowledge(first[1]) == (32 if taken else SPURIOUS)
    assert cpuif.running_priority == (running if taken else IDLE_PRIORITY)
    cpuif.lrs[:] = [ListRegister(33, pending=True, group=then[1], priority=then[0])]
    if not taken or then[0] == PRIORITY_MASK:
        return
    comes = then[0] // blocks[then[1]] * blocks[then[1]]
    assert cpuif.acknowledge(then[1]) == (33 if comes < running else SPURIOUS)
