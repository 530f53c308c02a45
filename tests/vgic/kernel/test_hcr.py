# SPDX-License-Identifier: GPL-2.0-only
"""Which maintenance conditions does flush ask for? The truth table of vgic_v3_configure_hcr."""

from collections.abc import Callable

import pytest

from harness import Execution
from vgic import Mechanism
from vgic.hardware.list_registers import Hcr
from vgic.kernel.summary import ApListSummary


def configured(kernel: Mechanism, nr_pend: int, nr_act: int) -> Hcr:
    vcpu = kernel.kvm.vcpus[0]
    with vcpu.vgic_cpu.ap_list_lock:
        kernel.vgic_v3_configure_hcr(vcpu, ApListSummary(nr_pend, nr_act, nr_lr=2))
    return vcpu.vgic_cpu.vgic_hcr


@pytest.mark.parametrize(
    ("nr_pend", "nr_act", "npie", "lrenpie", "uie"),
    [
        (0, 0, False, False, False),
        (2, 0, False, False, False),
        (0, 2, False, False, False),
        (1, 1, False, False, False),
        (3, 0, True, False, True),
        (0, 3, False, True, True),
        (1, 2, False, True, True),
        (2, 1, False, True, True),
        (3, 1, True, True, True),
    ],
)
def test_enables_by_what_stays_outside_two_registers(
    in_kernel: Callable[..., Execution],
    nr_pend: int,
    nr_act: int,
    npie: bool,
    lrenpie: bool,
    uie: bool,
) -> None:
    def body(kernel: Mechanism) -> None:
        hcr = configured(kernel, nr_pend, nr_act)
        assert (hcr.npie, hcr.lrenpie, hcr.uie) == (npie, lrenpie, uie)

    in_kernel(body)


@pytest.mark.parametrize("group0", [False, True])
@pytest.mark.parametrize("group1", [False, True])
def test_each_group_is_watched_for_the_change_it_can_make(
    in_kernel: Callable[..., Execution], group0: bool, group1: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        kernel.kvm.vcpus[0].cpuif.vmcr.group_enabled = (group0, group1)
        hcr = configured(kernel, 0, 0)
        assert hcr.grp_disabled_ie == (group0, group1)
        assert hcr.grp_enabled_ie == (not group0, not group1)

    in_kernel(body)


def test_eoicount_begins_at_zero_each_time(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        kernel.kvm.vcpus[0].vgic_cpu.vgic_hcr.eoicount = 7
        assert configured(kernel, 2, 1).eoicount == 0

    in_kernel(body)
