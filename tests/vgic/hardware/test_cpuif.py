# SPDX-License-Identifier: GPL-2.0-only
"""Does the CPU interface do what the architecture says, register by register?

A second reading of section 10 of the semantics: small tables for each rule, and a comparison with
a model written the other way round, from sets of states instead of bits.
"""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vgic.hardware.cpuif import IDLE_PRIORITY, SPURIOUS, CpuInterface
from vgic.hardware.list_registers import Hcr, ListRegister

PENDING = {"pending": True}
ACTIVE = {"active": True}
BOTH = PENDING | ACTIVE
INVALID: dict[str, bool] = {}


def interface(*lrs: ListRegister) -> CpuInterface:
    cpuif = CpuInterface(len(lrs))
    cpuif.lrs = list(lrs)
    return cpuif


def lr(intid: int, priority: int, state: dict[str, bool], *, group: int = 1) -> ListRegister:
    return ListRegister(intid, priority=priority, group=group, **state)


@pytest.mark.parametrize(
    ("lrs", "taken"),
    [
        ([lr(32, 0x80, PENDING), lr(33, 0x10, PENDING)], 33),
        ([lr(33, 0x80, PENDING), lr(32, 0x80, PENDING)], 33),
        ([lr(32, 0x10, BOTH), lr(33, 0x80, PENDING)], 33),
        ([lr(32, 0x10, BOTH)], SPURIOUS),
        ([lr(32, 0x10, ACTIVE)], SPURIOUS),
        ([lr(32, 0x10, INVALID)], SPURIOUS),
        ([lr(32, 0x10, PENDING, group=0), lr(33, 0x80, PENDING)], 33),
        ([lr(32, 0xF0, PENDING)], 32),
        ([lr(32, 0xF8, PENDING)], SPURIOUS),
        ([lr(32, 0xF8, PENDING), lr(33, 0xF0, PENDING)], 33),
    ],
    ids=[
        *("priority", "tie", "P+A beside P", "P+A", "A", "invalid", "group"),
        *("lowest", "masked", "masked beside the lowest"),
    ],
)
def test_what_an_acknowledge_takes(lrs: list[ListRegister], taken: int) -> None:
    cpuif = interface(*lrs)
    cpuif.vmcr.group_enabled = (False, True)
    before = [str(each) for each in lrs]
    assert cpuif.acknowledge() == taken
    changed = [each for each, was in zip(lrs, before, strict=True) if str(each) != was]
    assert [str(each) for each in changed] == ([] if taken == SPURIOUS else [f"{taken}:A"])
    assert cpuif.apr.bit_count() == len(changed)


@pytest.mark.parametrize(("pmr", "taken"), [(0x88, 32), (0x80, SPURIOUS), (0x00, SPURIOUS)])
def test_the_mask_lets_through_what_is_strictly_below_it(pmr: int, taken: int) -> None:
    cpuif = interface(lr(32, 0x80, PENDING))
    cpuif.vmcr.pmr = pmr
    assert cpuif.acknowledge() == taken


@pytest.mark.parametrize(("priority", "taken"), [(0x78, 33), (0x80, SPURIOUS), (0x88, SPURIOUS)])
def test_only_the_strictly_more_urgent_preempts(priority: int, taken: int) -> None:
    cpuif = interface(lr(32, 0x80, PENDING))
    cpuif.acknowledge()
    cpuif.lrs.append(lr(33, priority, PENDING))
    assert cpuif.acknowledge() == taken
    assert cpuif.running_priority == min(0x80, priority if taken == 33 else 0x80)


def test_the_running_priority_goes_down_and_back_up_with_the_handlers() -> None:
    cpuif = interface(lr(32, 0xF0, PENDING))
    seen = [cpuif.running_priority]
    for intid, priority in ((32, 0xF0), (33, 0x80), (34, 0x00)):
        cpuif.lrs[0] = lr(intid, priority, PENDING)
        cpuif.acknowledge()
        seen.append(cpuif.running_priority)
    for intid in (34, 33, 32):
        cpuif.end_of_interrupt(intid)
        seen.append(cpuif.running_priority)
    assert seen == [IDLE_PRIORITY, 0xF0, 0x80, 0x00, 0x80, 0xF0, IDLE_PRIORITY]


def test_an_end_in_a_register_deactivates_there_and_counts_nothing() -> None:
    cpuif = interface(lr(32, 0x80, PENDING))
    cpuif.acknowledge()
    cpuif.end_of_interrupt(32)
    assert (str(cpuif.lrs[0]), cpuif.hcr.eoicount, cpuif.apr) == ("32:invalid", 0, 0)


@pytest.mark.parametrize("state", [PENDING, INVALID], ids=["pending", "invalid"])
def test_an_end_of_what_no_register_has_active_is_counted(state: dict[str, bool]) -> None:
    cpuif = interface(lr(32, 0x80, state))
    cpuif.ap1r = 1 << 0x10
    before = str(cpuif.lrs[0])
    cpuif.end_of_interrupt(32)
    assert (str(cpuif.lrs[0]), cpuif.hcr.eoicount, cpuif.apr) == (before, 1, 0)


def test_the_count_has_five_bits() -> None:
    cpuif = interface(lr(32, 0x80, INVALID))
    cpuif.hcr = Hcr(lrenpie=True)
    seen = []
    for _ in range(33):
        cpuif.ap1r = 1
        cpuif.end_of_interrupt(99)
        seen.append((cpuif.hcr.eoicount, cpuif.maintenance()))
    assert seen[30:] == [(31, True), (0, False), (1, True)]


@pytest.mark.parametrize("intid", [32, 99], ids=["in a register", "in none"])
def test_an_end_without_an_active_priority_changes_nothing(intid: int) -> None:
    cpuif = interface(lr(32, 0x80, ACTIVE))
    cpuif.end_of_interrupt(intid)
    assert (str(cpuif.lrs[0]), cpuif.hcr.eoicount, cpuif.apr) == ("32:A", 0, 0)


def test_an_end_that_drops_anothers_priority_deactivates_nothing() -> None:
    cpuif = interface(lr(32, 0x80, ACTIVE), lr(33, 0x40, ACTIVE))
    cpuif.ap1r = 1 << 0x10 | 1 << 0x08
    cpuif.end_of_interrupt(32)
    assert [str(each) for each in cpuif.lrs] == ["32:A", "33:A"]
    assert (cpuif.hcr.eoicount, cpuif.running_priority) == (0, 0x80)


def eoi_lr(state: dict[str, bool]) -> ListRegister:
    each = lr(32, 0x80, state)
    each.eoi = True
    return each


def condition(
    hcr: Hcr, *lrs: ListRegister, eoicount: int = 0, groups: tuple[bool, bool] = (True, True)
) -> Callable[[], bool]:
    def asserted() -> bool:
        cpuif = interface(*lrs)
        cpuif.hcr = hcr
        cpuif.hcr.eoicount = eoicount
        cpuif.vmcr.group_enabled = groups
        return cpuif.maintenance()

    return asserted


P, A, PA, NONE = (lr(40, 0x80, state) for state in (PENDING, ACTIVE, BOTH, INVALID))

CONDITIONS = {
    "EOI": (condition(Hcr(), eoi_lr(INVALID), P), condition(Hcr(), eoi_lr(ACTIVE), P)),
    "EOI, still pending": (condition(Hcr(), eoi_lr(INVALID)), condition(Hcr(), eoi_lr(PENDING))),
    "U, one valid": (condition(Hcr(uie=True), PA, NONE), condition(Hcr(uie=True), P, A)),
    "U, none valid": (condition(Hcr(uie=True), NONE, NONE), condition(Hcr(), NONE, NONE)),
    "LRENP": (
        condition(Hcr(lrenpie=True), P, P, eoicount=1),
        condition(Hcr(lrenpie=True), P, P, eoicount=0),
    ),
    "LRENP off": (
        condition(Hcr(lrenpie=True), P, P, eoicount=31),
        condition(Hcr(), P, P, eoicount=31),
    ),
    "NP": (condition(Hcr(npie=True), A, PA), condition(Hcr(npie=True), A, P)),
    "NP off": (condition(Hcr(npie=True), A), condition(Hcr(), A)),
    "group 0 enabled": (
        condition(Hcr(grp_enabled_ie=(True, False)), P, P, groups=(True, False)),
        condition(Hcr(grp_enabled_ie=(True, False)), P, P, groups=(False, True)),
    ),
    "group 1 enabled": (
        condition(Hcr(grp_enabled_ie=(False, True)), P, P, groups=(False, True)),
        condition(Hcr(grp_enabled_ie=(False, True)), P, P, groups=(True, False)),
    ),
    "group 0 disabled": (
        condition(Hcr(grp_disabled_ie=(True, False)), P, P, groups=(False, True)),
        condition(Hcr(grp_disabled_ie=(True, False)), P, P, groups=(True, False)),
    ),
    "group 1 disabled": (
        condition(Hcr(grp_disabled_ie=(False, True)), P, P, groups=(True, False)),
        condition(Hcr(grp_disabled_ie=(False, True)), P, P, groups=(False, True)),
    ),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_each_maintenance_condition_fires_and_stays_silent_just_outside(name: str) -> None:
    fires, silent = CONDITIONS[name]
    assert fires()
    assert not silent()


STATES = st.sampled_from([PENDING, ACTIVE, BOTH, INVALID])
PRIORITIES = st.integers(0, 31).map(lambda level: level * 8)
REGISTERS = st.lists(st.tuples(PRIORITIES, STATES, st.integers(0, 1)), min_size=1, max_size=5)


@settings(max_examples=150, deadline=None)
@given(REGISTERS, PRIORITIES, st.tuples(st.booleans(), st.booleans()), st.none() | PRIORITIES)
def test_it_takes_the_first_of_the_most_urgent_that_may_be_signalled(
    registers: list[tuple[int, dict[str, bool], int]],
    pmr: int,
    groups: tuple[bool, bool],
    running: int | None,
) -> None:
    cpuif = interface(
        *(
            lr(32 + index, priority, state, group=group)
            for index, (priority, state, group) in enumerate(registers)
        )
    )
    cpuif.vmcr.pmr, cpuif.vmcr.group_enabled = pmr, groups
    cpuif.ap1r = 0 if running is None else 1 << running // 8
    ceiling = min(pmr, IDLE_PRIORITY if running is None else running)
    may = [
        (priority, 32 + index)
        for index, (priority, state, group) in enumerate(registers)
        if state == PENDING and groups[group] and priority < ceiling
    ]
    taken = min(may)[1] if may else None
    signalled = registers[taken - 32][2] if taken is not None else 1
    assert cpuif.acknowledge(1 - signalled) == SPURIOUS, "it is of the other group"
    assert cpuif.acknowledge(signalled) == (SPURIOUS if taken is None else taken)
    assert cpuif.acknowledge(signalled) != taken, "it is active now"
