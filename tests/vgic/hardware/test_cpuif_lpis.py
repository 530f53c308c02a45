# SPDX-License-Identifier: GPL-2.0-only
"""What does the CPU interface do with an LPI: is it active in a list register alone?"""

import pytest

from vgic.hardware import FIRST_LPI, PLAIN, SPURIOUS, CpuInterface, Implementation, ListRegister

WAYS = [PLAIN, PLAIN._replace(drop_counts=True)]


def handling(*, drops_only: bool, implementation: Implementation = PLAIN) -> CpuInterface:
    """Return an interface whose guest has acknowledged an LPI."""
    cpuif = CpuInterface(1, implementation)
    cpuif.vmcr.eoi_drops_only = drops_only
    cpuif.lrs[0] = ListRegister(FIRST_LPI, pending=True, group=1, priority=0x80)
    assert cpuif.acknowledge() == FIRST_LPI
    assert (str(cpuif.lrs[0]), cpuif.running_priority) == ("8192:A", 0x80)
    return cpuif


@pytest.mark.parametrize("implementation", WAYS)
@pytest.mark.parametrize("drops_only", [False, True])
def test_its_end_deactivates_it_whatever_the_mode(
    drops_only: bool, implementation: Implementation
) -> None:
    cpuif = handling(drops_only=drops_only, implementation=implementation)
    cpuif.end_of_interrupt(FIRST_LPI)
    assert (str(cpuif.lrs[0]), cpuif.apr, cpuif.hcr.eoicount) == ("8192:invalid", 0, 0)


@pytest.mark.parametrize("implementation", WAYS)
@pytest.mark.parametrize("drops_only", [False, True])
def test_its_end_in_no_register_drops_the_priority_and_is_not_counted(
    drops_only: bool, implementation: Implementation
) -> None:
    cpuif = handling(drops_only=drops_only, implementation=implementation)
    cpuif.lrs[0].clear()
    cpuif.end_of_interrupt(FIRST_LPI)
    assert (cpuif.apr, cpuif.hcr.eoicount) == (0, 0)


def test_dir_is_nothing_to_it() -> None:
    cpuif = handling(drops_only=True)
    cpuif.deactivate(FIRST_LPI)
    assert (str(cpuif.lrs[0]), cpuif.hcr.eoicount) == ("8192:A", 0)


@pytest.mark.parametrize("intid", [1020, SPURIOUS, FIRST_LPI - 1])
def test_what_is_below_the_first_is_no_interrupt(intid: int) -> None:
    cpuif = CpuInterface(1)
    cpuif.lrs[0] = ListRegister(intid, pending=True, group=1, priority=0x80)
    assert cpuif.acknowledge() == intid
    assert (str(cpuif.lrs[0]), cpuif.apr) == (f"{intid}:invalid", 0)
    cpuif.ap1r = 1
    cpuif.end_of_interrupt(intid)
    assert cpuif.apr == 1
