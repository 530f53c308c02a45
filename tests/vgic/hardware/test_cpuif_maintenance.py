# SPDX-License-Identifier: GPL-2.0-only
"""When does the hardware ask for a maintenance interrupt?

Each condition of ICH_MISR_EL2: where it fires, and where it just does not.
"""

import pytest

from vgic.hardware.cpuif import CpuInterface
from vgic.hardware.list_registers import Hcr, ListRegister

P = {"pending": True}
A = {"active": True}
PA = {"pending": True, "active": True}
INVALID: dict[str, bool] = {}


def asserted(hcr: Hcr, *states: dict[str, bool]) -> bool:
    cpuif = CpuInterface(max(len(states), 1))
    cpuif.hcr = hcr
    for index, state in enumerate(states):
        cpuif.lrs[index] = ListRegister(32 + index, **state)
    assert bool(cpuif.misr()) == cpuif.maintenance()
    return cpuif.maintenance()


@pytest.mark.parametrize("states", [(), (P,), (A,), (PA, A), (INVALID, P, A)])
def test_with_nothing_enabled_it_is_silent(states: tuple[dict[str, bool], ...]) -> None:
    assert not asserted(Hcr(), *states)


@pytest.mark.parametrize(("state", "fires"), [(INVALID, True), (P, False), (A, False), (PA, False)])
def test_eoi_fires_when_a_register_that_asks_for_it_was_deactivated(
    state: dict[str, bool], fires: bool
) -> None:
    assert asserted(Hcr(), P, {**state, "eoi": True}) is fires


@pytest.mark.parametrize(
    ("states", "fires"),
    [
        ((INVALID, INVALID, INVALID), True),
        ((INVALID, P, INVALID), True),
        ((INVALID, A, INVALID), True),
        ((PA, INVALID, INVALID), True),
        ((P, A, INVALID), False),
        ((A, INVALID, A), False),
        ((P, P, P), False),
    ],
)
def test_underflow_fires_with_at_most_one_valid_register(
    states: tuple[dict[str, bool], ...], fires: bool
) -> None:
    assert asserted(Hcr(uie=True), *states) is fires


@pytest.mark.parametrize(
    ("enabled", "count", "fires"),
    [(True, 1, True), (True, 31, True), (True, 0, False), (False, 1, False)],
)
def test_lrenp_fires_while_the_count_is_not_zero(enabled: bool, count: int, fires: bool) -> None:
    hcr = Hcr(lrenpie=enabled)
    hcr.eoicount = count
    assert asserted(hcr, P, P) is fires


def test_lrenp_drops_when_the_count_wraps() -> None:
    cpuif = CpuInterface(1)
    cpuif.hcr = Hcr(lrenpie=True)
    cpuif.hcr.eoicount = 31
    cpuif.ap1r = 1
    assert cpuif.maintenance()
    cpuif.end_of_interrupt(32)
    assert not cpuif.maintenance()


@pytest.mark.parametrize(
    ("states", "fires"),
    [((INVALID,), True), ((A, A), True), ((PA, A), True), ((P,), False), ((A, P), False)],
)
def test_no_pending_fires_when_no_register_is_exactly_pending(
    states: tuple[dict[str, bool], ...], fires: bool
) -> None:
    assert asserted(Hcr(npie=True), *states) is fires


@pytest.mark.parametrize("group", [0, 1])
@pytest.mark.parametrize("enabled", [False, True])
def test_group_conditions_fire_for_their_group_and_direction_only(
    group: int, enabled: bool
) -> None:
    this_one = (group == 0, group == 1)
    other_one = (group == 1, group == 0)
    cpuif = CpuInterface(1)
    cpuif.vmcr.group_enabled = this_one if enabled else other_one
    cpuif.hcr = Hcr(grp_enabled_ie=this_one)
    assert cpuif.maintenance() is enabled
    cpuif.hcr = Hcr(grp_disabled_ie=this_one)
    assert cpuif.maintenance() is not enabled


def test_its_reasons_are_told_apart() -> None:
    cpuif = CpuInterface(2)
    cpuif.hcr = Hcr(uie=True, npie=True, lrenpie=True)
    assert cpuif.misr() == ("U", "NP")
    cpuif.hcr.eoicount = 1
    cpuif.lrs[0] = ListRegister(32, pending=True)
    assert cpuif.misr() == ("U", "LRENP")
    cpuif.lrs[1] = ListRegister(33, active=True)
    assert cpuif.misr() == ("LRENP",)
