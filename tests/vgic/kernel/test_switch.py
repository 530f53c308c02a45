# SPDX-License-Identifier: GPL-2.0-only
"""Does the state that the guest changed come back from the hardware, and nothing else?

Section 7.1 of the semantics.
"""

from collections.abc import Callable

import pytest

from harness import Execution
from vgic import Mechanism
from vgic.data.vcpu import Vcpu
from vgic.hardware.list_registers import Hcr, ListRegister

OnVcpu0 = Callable[..., Execution]


def loaded(kernel: Mechanism, *lrs: ListRegister, lrenpie: bool = False) -> Vcpu:
    """vCPU 0 with these list registers used and in the hardware."""
    vcpu = kernel.kvm.vcpus[0]
    vcpu.vgic_cpu.vgic_lr[: len(lrs)] = list(lrs)
    vcpu.vgic_cpu.used_lrs = len(lrs)
    vcpu.vgic_cpu.vgic_hcr = Hcr(lrenpie=lrenpie)
    kernel.vgic_v3_restore_state(vcpu)
    return vcpu


def fields(lr: ListRegister) -> tuple[object, ...]:
    return lr.intid, lr.pending, lr.active, lr.eoi, lr.group, lr.priority


def test_restoring_copies_so_that_the_guest_does_not_write_the_shadow(on_vcpu0: OnVcpu0) -> None:
    def body(kernel: Mechanism) -> None:
        lr = ListRegister(32, pending=True, eoi=True, group=1, priority=0x40)
        vcpu = loaded(kernel, lr, lrenpie=True)
        assert fields(vcpu.cpuif.lrs[0]) == (32, True, False, True, 1, 0x40)
        vcpu.cpuif.acknowledge()
        vcpu.cpuif.hcr.eoicount = 3
        assert (str(lr), vcpu.vgic_cpu.vgic_hcr.eoicount) == ("32:P", 0)
        assert vcpu.cpuif.hcr.lrenpie

    on_vcpu0(body)


def test_restoring_loads_no_register_beyond_the_used_ones(on_vcpu0: OnVcpu0) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        vcpu.vgic_cpu.vgic_lr[1] = ListRegister(99, pending=True)
        loaded(kernel, ListRegister(32, pending=True, priority=0x80))
        assert [str(lr) for lr in vcpu.cpuif.lrs] == ["32:P", "0:invalid", "0:invalid", "0:invalid"]

    on_vcpu0(body)


@pytest.mark.parametrize(("pending", "active"), [(1, 0), (0, 1), (1, 1), (0, 0)])
def test_saving_takes_the_state_and_leaves_the_rest(
    pending: int, active: int, on_vcpu0: OnVcpu0
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = loaded(kernel, ListRegister(32, pending=True, eoi=True, group=1, priority=0x40))
        vcpu.cpuif.lrs[0].pending, vcpu.cpuif.lrs[0].active = bool(pending), bool(active)
        kernel.vgic_v3_save_state(vcpu)
        expected = (32, bool(pending), bool(active), True, 1, 0x40)
        assert fields(vcpu.vgic_cpu.vgic_lr[0]) == expected

    on_vcpu0(body)


def test_saving_leaves_the_hardware_with_nothing_to_signal(on_vcpu0: OnVcpu0) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = loaded(kernel, *(ListRegister(32 + n, pending=True) for n in range(2)))
        vcpu.cpuif.hcr.uie = vcpu.cpuif.hcr.npie = True
        kernel.vgic_v3_save_state(vcpu)
        assert all(str(lr) == "0:invalid" for lr in vcpu.cpuif.lrs)
        assert vcpu.cpuif.highest_pending() is None
        assert not vcpu.cpuif.maintenance()
        assert vcpu.cpuif.hcr.eoicount == 0

    on_vcpu0(body)


@pytest.mark.parametrize(("lrenpie", "saved"), [(True, 5), (False, 0)])
def test_eoicount_comes_back_only_where_it_was_to_be_told(
    lrenpie: bool, saved: int, on_vcpu0: OnVcpu0
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = loaded(kernel, ListRegister(32, active=True), lrenpie=lrenpie)
        vcpu.cpuif.hcr.eoicount = 5
        kernel.vgic_v3_save_state(vcpu)
        assert vcpu.vgic_cpu.vgic_hcr.eoicount == saved

    on_vcpu0(body)


def test_saving_what_the_guest_did_not_touch_changes_nothing(on_vcpu0: OnVcpu0) -> None:
    def body(kernel: Mechanism) -> None:
        lrs = [
            ListRegister(32, pending=True, group=1, priority=8),
            ListRegister(33, active=True, eoi=True, priority=16),
        ]
        before = [fields(lr) for lr in lrs]
        vcpu = loaded(kernel, *lrs)
        kernel.vgic_v3_save_state(vcpu)
        assert [fields(lr) for lr in vcpu.vgic_cpu.vgic_lr[:2]] == before
        assert vcpu.vgic_cpu.used_lrs == 2

    on_vcpu0(body)


def test_active_priorities_and_masks_are_the_guests_and_stay(on_vcpu0: OnVcpu0) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = loaded(kernel, ListRegister(32, pending=True, group=1, priority=0x40))
        vcpu.cpuif.vmcr.pmr = 0x80
        vcpu.cpuif.acknowledge()
        kernel.vgic_v3_save_state(vcpu)
        kernel.vgic_v3_restore_state(vcpu)
        assert (vcpu.cpuif.running_priority, vcpu.cpuif.vmcr.pmr) == (0x40, 0x80)
        vcpu.cpuif.end_of_interrupt(32)
        assert str(vcpu.cpuif.lrs[0]) == "32:invalid"

    on_vcpu0(body)
