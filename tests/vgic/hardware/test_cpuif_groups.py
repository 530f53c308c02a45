# SPDX-License-Identifier: GPL-2.0-only
"""Are the two groups kept apart: IAR, EOIR and active priorities of each, enables and interrupts?

And what of an INTID that is none: 1020 to 1023 are taken and leave nothing behind.
"""

import pytest

from vgic.hardware import IDLE_PRIORITY, SPURIOUS, CpuInterface, Hcr, ListRegister

P, A, PA = {"pending": True}, {"active": True}, {"pending": True, "active": True}


def lr(intid: int, priority: int, group: int, state: dict[str, bool] = P) -> ListRegister:
    return ListRegister(intid, priority=priority, group=group, **state)


def interface(*lrs: ListRegister) -> CpuInterface:
    cpuif = CpuInterface(len(lrs))
    cpuif.lrs[:] = lrs
    return cpuif


def looks(cpuif: CpuInterface) -> tuple[list[str], int, int, int]:
    """Return all that a guest's accesses change."""
    return [str(each) for each in cpuif.lrs], cpuif.ap0r, cpuif.ap1r, cpuif.hcr.eoicount


@pytest.mark.parametrize("group", [0, 1])
def test_an_acknowledge_in_the_other_group_takes_nothing(group: int) -> None:
    cpuif = interface(lr(32, 0x40, group))
    before = looks(cpuif)
    assert cpuif.acknowledge(1 - group) == SPURIOUS
    assert looks(cpuif) == before
    assert cpuif.acknowledge(group) == 32


@pytest.mark.parametrize("group", [0, 1])
def test_what_is_less_urgent_in_the_group_asked_is_not_taken_instead(group: int) -> None:
    """What is signalled is one for both groups; the read finds that, or nothing."""
    cpuif = interface(lr(32, 0x40, group), lr(33, 0x80, 1 - group))
    assert cpuif.acknowledge(1 - group) == SPURIOUS
    assert str(cpuif.lrs[1]) == "33:P"


@pytest.mark.parametrize("group", [0, 1])
def test_the_most_urgent_of_a_disabled_group_is_not_in_the_way(group: int) -> None:
    cpuif = interface(lr(32, 0x40, group), lr(33, 0x80, 1 - group))
    cpuif.vmcr.group_enabled = (group != 0, group != 1)
    assert cpuif.acknowledge(group) == SPURIOUS
    assert cpuif.acknowledge(1 - group) == 33


def test_each_group_has_active_priorities_of_its_own() -> None:
    cpuif = interface(lr(32, 0xC0, 0), lr(33, 0x80, 1), lr(34, 0x40, 0))
    for intid, group in ((32, 0), (33, 1), (34, 0)):
        for each in cpuif.lrs:
            each.pending = each.intid == intid
        assert cpuif.acknowledge(group) == intid
    assert (cpuif.ap0r, cpuif.ap1r) == (1 << 0x18 | 1 << 0x08, 1 << 0x10)
    assert cpuif.apr == cpuif.ap0r | cpuif.ap1r
    seen = [cpuif.running_priority]
    for intid, group in ((34, 0), (33, 1), (32, 0)):
        cpuif.end_of_interrupt(intid, group)
        seen.append(cpuif.running_priority)
    assert seen == [0x40, 0x80, 0xC0, IDLE_PRIORITY]
    assert looks(cpuif) == (["32:invalid", "33:invalid", "34:invalid"], 0, 0, 0)


@pytest.mark.parametrize("group", [0, 1])
def test_a_handler_of_either_group_holds_off_both(group: int) -> None:
    cpuif = interface(lr(32, 0x80, group), lr(33, 0x80, 1 - group))
    cpuif.acknowledge(group)
    assert cpuif.acknowledge(1 - group) == SPURIOUS
    cpuif.lrs[1].priority = 0x78
    assert cpuif.acknowledge(1 - group) == 33


@pytest.mark.parametrize("group", [0, 1])
def test_an_end_in_the_other_group_drops_and_does_not_deactivate(group: int) -> None:
    cpuif = interface(lr(32, 0x80, group))
    cpuif.acknowledge(group)
    cpuif.end_of_interrupt(32, 1 - group)
    assert looks(cpuif) == (["32:A"], 0, 0, 0)


@pytest.mark.parametrize("group", [0, 1])
def test_an_end_that_drops_a_priority_of_the_other_group_does_not_deactivate(group: int) -> None:
    """The outer handler is ended while the inner one, of the other group, is open."""
    cpuif = interface(lr(32, 0x80, group), lr(33, 0x40, 1 - group, A))
    cpuif.acknowledge(group)
    inner = 1 << 0x08
    cpuif.ap0r, cpuif.ap1r = (
        (cpuif.ap0r, cpuif.ap1r | inner) if group == 0 else (cpuif.ap0r | inner, cpuif.ap1r)
    )
    cpuif.end_of_interrupt(32, group)
    assert looks(cpuif)[0] == ["32:A", "33:A"]
    assert (cpuif.running_priority, cpuif.hcr.eoicount) == (0x80, 0)


@pytest.mark.parametrize("of_lr", [0, 1])
@pytest.mark.parametrize("written", [0, 1])
@pytest.mark.parametrize("dropped", [0, 1])
def test_an_end_deactivates_where_register_write_and_what_was_dropped_are_of_one_group(
    of_lr: int, written: int, dropped: int
) -> None:
    """Of one priority, all of them."""
    cpuif = interface(lr(32, 0x80, of_lr, A))
    cpuif.ap0r, cpuif.ap1r = ((1 << 0x10, 0), (0, 1 << 0x10))[dropped]
    cpuif.end_of_interrupt(32, written)
    state = "32:invalid" if of_lr == written == dropped else "32:A"
    assert looks(cpuif) == ([state], 0, 0, 0)


@pytest.mark.parametrize("group", [0, 1])
def test_an_end_of_another_priority_in_its_group_does_not_deactivate(group: int) -> None:
    cpuif = interface(lr(32, 0x80, group))
    cpuif.acknowledge(group)
    cpuif.lrs[0].priority = 0x88
    cpuif.end_of_interrupt(32, group)
    assert looks(cpuif) == (["32:A"], 0, 0, 0)


@pytest.mark.parametrize("group", [0, 1])
def test_an_end_outside_the_registers_is_counted_whatever_its_group(group: int) -> None:
    cpuif = interface(lr(32, 0x80, 1))
    cpuif.acknowledge(1)
    cpuif.lrs[0].clear()
    cpuif.end_of_interrupt(32, group)
    assert (cpuif.apr, cpuif.hcr.eoicount) == (0, 1)


@pytest.mark.parametrize("intid", [1020, 1021, 1022, 1023])
@pytest.mark.parametrize("group", [0, 1])
def test_what_is_no_interrupt_is_taken_and_leaves_nothing_behind(intid: int, group: int) -> None:
    cpuif = interface(lr(intid, 0x80, group))
    assert cpuif.acknowledge(group) == intid
    assert looks(cpuif) == ([f"{intid}:invalid"], 0, 0, 0)
    assert cpuif.running_priority == IDLE_PRIORITY


def test_the_last_interrupt_is_one() -> None:
    cpuif = interface(lr(1019, 0x80, 1))
    assert cpuif.acknowledge(1) == 1019
    assert looks(cpuif) == (["1019:A"], 0, 1 << 0x10, 0)


@pytest.mark.parametrize("intid", [1020, 1021, 1022, 1023])
def test_what_is_no_interrupt_is_not_ended_and_not_deactivated(intid: int) -> None:
    cpuif = interface(lr(32, 0x80, 1))
    cpuif.acknowledge(1)
    before = looks(cpuif)
    for drops_only in (False, True):
        cpuif.vmcr.eoi_drops_only = drops_only
        cpuif.end_of_interrupt(intid, 1)
        cpuif.deactivate(intid)
        assert looks(cpuif) == before


def asks(*, enabled: tuple[bool, bool], disabled: tuple[bool, bool]) -> Hcr:
    return Hcr(grp_enabled_ie=enabled, grp_disabled_ie=disabled)


@pytest.mark.parametrize("groups", [(a, b) for a in (False, True) for b in (False, True)])
def test_the_host_is_told_of_whatever_group_it_did_not_find_as_it_is(
    groups: tuple[bool, bool],
) -> None:
    """A host asks for enabling where a group is disabled, and for disabling where it is not."""
    cpuif = interface(lr(32, 0x80, 0), lr(33, 0x80, 1))
    for found in [(a, b) for a in (False, True) for b in (False, True)]:
        cpuif.hcr = asks(enabled=(not found[0], not found[1]), disabled=found)
        cpuif.vmcr.group_enabled = groups
        expected = tuple(
            f"VGrp{group}{'E' if groups[group] else 'D'}"
            for group in (0, 1)
            if groups[group] != found[group]
        )
        assert cpuif.misr() == expected
        assert cpuif.maintenance() is bool(expected)
