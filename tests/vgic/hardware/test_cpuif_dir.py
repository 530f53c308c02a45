# SPDX-License-Identifier: GPL-2.0-only
"""What do a write of EOIR with EOImode 1 and a write of DIR change, in a list register or outside?

The end drops the priority, DIR deactivates. Where the architecture leaves open what EOIcount does,
`Implementation` says it, and each way is looked at.
"""

import pytest

from vgic.hardware import IDLE_PRIORITY, PLAIN, CpuInterface, Hcr, Implementation, ListRegister

COUNTS_DROPS = PLAIN._replace(drop_counts=True)
COUNTS_IDLE_ENDS = PLAIN._replace(idle_end_counts=True)
WAYS = [PLAIN, COUNTS_DROPS, COUNTS_IDLE_ENDS, PLAIN._replace(has_tdir=True)]


def running(
    *priorities: int, drops_only: bool = True, implementation: Implementation = PLAIN
) -> CpuInterface:
    """Return an interface whose handlers, outermost first, are of interrupts 32 and up."""
    cpuif = CpuInterface(len(priorities) + 1, implementation)
    cpuif.vmcr.eoi_drops_only = drops_only
    for index, priority in enumerate(priorities):
        cpuif.lrs[index] = ListRegister(32 + index, pending=True, group=1, priority=priority)
        assert cpuif.acknowledge(1) == 32 + index
    return cpuif


def states(cpuif: CpuInterface) -> list[str]:
    return [str(lr) for lr in cpuif.lrs[:-1]]


@pytest.mark.parametrize("implementation", WAYS)
def test_an_end_in_a_register_drops_the_priority_and_nothing_else(
    implementation: Implementation,
) -> None:
    cpuif = running(0x80, 0x40, implementation=implementation)
    cpuif.end_of_interrupt(33)
    assert (states(cpuif), cpuif.running_priority) == (["32:A", "33:A"], 0x80)
    cpuif.end_of_interrupt(32)
    assert (states(cpuif), cpuif.running_priority) == (["32:A", "33:A"], IDLE_PRIORITY)
    assert cpuif.hcr.eoicount == 0


@pytest.mark.parametrize(
    ("implementation", "counted"), [(PLAIN, 0), (COUNTS_DROPS, 1), (COUNTS_IDLE_ENDS, 0)]
)
def test_an_end_outside_that_only_drops_is_counted_by_some(
    implementation: Implementation, counted: int
) -> None:
    cpuif = running(0x80, implementation=implementation)
    cpuif.lrs[0].clear()
    cpuif.end_of_interrupt(32)
    assert (cpuif.hcr.eoicount, cpuif.apr) == (counted, 0)


@pytest.mark.parametrize("implementation", WAYS)
def test_an_end_outside_that_deactivates_is_counted_by_all(implementation: Implementation) -> None:
    cpuif = running(0x80, drops_only=False, implementation=implementation)
    cpuif.lrs[0].clear()
    cpuif.end_of_interrupt(32)
    assert (cpuif.hcr.eoicount, cpuif.apr) == (1, 0)


@pytest.mark.parametrize(
    ("implementation", "counted"),
    [
        (PLAIN, (0, 0)),
        (COUNTS_DROPS, (0, 0)),
        (COUNTS_IDLE_ENDS, (1, 0)),
        (COUNTS_IDLE_ENDS._replace(drop_counts=True), (1, 1)),
    ],
)
def test_an_end_outside_that_drops_no_priority_is_counted_by_some(
    implementation: Implementation, counted: tuple[int, int]
) -> None:
    """And by those only where another end would be, in either EOI mode."""
    for drops_only in (False, True):
        cpuif = CpuInterface(1, implementation)
        cpuif.vmcr.eoi_drops_only = drops_only
        cpuif.end_of_interrupt(32)
        assert (cpuif.hcr.eoicount, cpuif.apr) == (counted[drops_only], 0)


@pytest.mark.parametrize("implementation", WAYS)
@pytest.mark.parametrize("drops_only", [False, True])
def test_an_end_of_what_is_in_a_register_is_counted_by_none(
    implementation: Implementation, drops_only: bool
) -> None:
    """EOIcount is of what is in no list register, whatever was dropped."""
    cpuif = running(0x80, drops_only=drops_only, implementation=implementation)
    cpuif.ap1r = 0
    cpuif.end_of_interrupt(32)
    assert (states(cpuif), cpuif.hcr.eoicount) == (["32:A"], 0)


def test_what_is_dropped_lets_in_what_is_as_urgent_again() -> None:
    cpuif = running(0x80)
    cpuif.lrs[1] = ListRegister(33, pending=True, group=1, priority=0x80)
    assert cpuif.highest_pending() is None
    cpuif.end_of_interrupt(32)
    assert cpuif.acknowledge(1) == 33
    assert str(cpuif.lrs[0]) == "32:A"


def test_what_was_dropped_is_not_taken_again_until_it_is_deactivated() -> None:
    cpuif = running(0x80)
    cpuif.end_of_interrupt(32)
    cpuif.lrs[0].pending = True
    assert cpuif.highest_pending() is None
    cpuif.deactivate(32)
    assert states(cpuif) == ["32:P"]
    assert cpuif.acknowledge(1) == 32


def test_dir_deactivates_in_any_order() -> None:
    cpuif = running(0xC0, 0x80, 0x40)
    for intid in (34, 33, 32):
        cpuif.end_of_interrupt(intid)
    cpuif.deactivate(33)
    assert states(cpuif) == ["32:A", "33:invalid", "34:A"]
    cpuif.deactivate(32)
    cpuif.deactivate(34)
    assert (states(cpuif), cpuif.hcr.eoicount) == (["32:invalid", "33:invalid", "34:invalid"], 0)


def test_dir_before_the_end_deactivates_and_leaves_the_priority() -> None:
    cpuif = running(0x80)
    cpuif.deactivate(32)
    assert (states(cpuif), cpuif.running_priority) == (["32:invalid"], 0x80)


@pytest.mark.parametrize("implementation", WAYS)
@pytest.mark.parametrize("intid", [32, 99], ids=["in a register", "in none"])
def test_with_eoi_mode_0_dir_does_nothing(implementation: Implementation, intid: int) -> None:
    cpuif = running(0x80, drops_only=False, implementation=implementation)
    cpuif.deactivate(intid)
    assert (states(cpuif), cpuif.hcr.eoicount, cpuif.running_priority) == (["32:A"], 0, 0x80)


@pytest.mark.parametrize("implementation", WAYS)
@pytest.mark.parametrize("state", [{}, {"pending": True}], ids=["invalid", "pending"])
def test_dir_of_what_no_register_has_active_is_counted(
    implementation: Implementation, state: dict[str, bool]
) -> None:
    cpuif = CpuInterface(1, implementation)
    cpuif.vmcr.eoi_drops_only = True
    cpuif.lrs[0] = ListRegister(32, priority=0x80, group=1, **state)
    before = str(cpuif.lrs[0])
    cpuif.deactivate(32)
    assert (str(cpuif.lrs[0]), cpuif.hcr.eoicount) == (before, 1)


def test_a_counted_dir_asks_for_maintenance_and_wraps_as_an_end_does() -> None:
    cpuif = CpuInterface(1)
    cpuif.hcr, cpuif.vmcr.eoi_drops_only = Hcr(lrenpie=True), True
    seen = []
    for _ in range(33):
        cpuif.deactivate(99)
        seen.append((cpuif.hcr.eoicount, cpuif.misr()))
    assert seen[:1] + seen[30:] == [
        (1, ("LRENP",)),
        (31, ("LRENP",)),
        (0, ()),
        (1, ("LRENP",)),
    ]


def test_only_dir_in_place_tells_whether_a_register_had_it() -> None:
    cpuif = running(0x80)
    assert not cpuif.deactivate_in_lr(33)
    assert cpuif.deactivate_in_lr(32)
    assert not cpuif.deactivate_in_lr(32), "it is not active any more"
    assert cpuif.hcr.eoicount == 0


def test_a_register_deactivated_by_dir_raises_the_interrupt_that_it_asks_for() -> None:
    cpuif = running(0x80)
    cpuif.lrs[0].eoi = True
    cpuif.end_of_interrupt(32)
    assert not cpuif.maintenance()
    cpuif.deactivate(32)
    assert cpuif.misr() == ("EOI",)
