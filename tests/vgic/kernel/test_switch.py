# SPDX-License-Identifier: GPL-2.0-only
"""What crosses between shadow and hardware when a vCPU enters and leaves its guest?"""

from collections.abc import Callable

import pytest

from harness import Execution
from vgic import BUGS, Mechanism
from vgic.data.vcpu import Vcpu
from vgic.hardware.list_registers import Hcr, ListRegister


def entered(kernel: Mechanism, used: int = 2) -> Vcpu:
    """Return a vCPU that has entered its guest with some list registers pending."""
    vcpu = kernel.kvm.vcpus[0]
    for index in range(used):
        vcpu.vgic_cpu.vgic_lr[index] = ListRegister(
            32 + index, pending=True, eoi=True, group=1, priority=0x40
        )
    vcpu.vgic_cpu.used_lrs = used
    vcpu.vgic_cpu.vgic_hcr = Hcr(uie=True, lrenpie=True, npie=True)
    kernel.vgic_v3_restore_state(vcpu)
    return vcpu


def fields(lr: ListRegister) -> tuple[object, ...]:
    return lr.intid, lr.pending, lr.active, lr.eoi, lr.group, lr.priority


EMPTY = fields(ListRegister())


def test_restoring_loads_the_used_registers_and_the_enables(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = entered(kernel)
        assert [str(lr) for lr in vcpu.cpuif.lrs[:2]] == ["32:P", "33:P"]
        assert fields(vcpu.cpuif.lrs[2]) == EMPTY
        hcr = vcpu.cpuif.hcr
        assert (hcr.uie, hcr.lrenpie, hcr.npie, hcr.eoicount) == (True, True, True, 0)

    in_kernel(body)


def test_what_the_guest_does_stays_in_the_hardware_until_saved(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = entered(kernel)
        assert vcpu.cpuif.acknowledge() == 32
        vcpu.cpuif.hcr.eoicount = 3
        assert str(vcpu.vgic_cpu.vgic_lr[0]) == "32:P"
        assert vcpu.vgic_cpu.vgic_hcr.eoicount == 0
        kernel.vgic_v3_save_state(vcpu)
        assert str(vcpu.vgic_cpu.vgic_lr[0]) == "32:A"
        assert vcpu.vgic_cpu.vgic_hcr.eoicount == 3

    in_kernel(body)


def test_a_register_emptied_by_the_guest_keeps_all_but_its_state(
    in_kernel: Callable[..., Execution],
) -> None:
    """ICH_ELRSR says only that it is empty; the fold still has to know whose it was."""

    def body(kernel: Mechanism) -> None:
        vcpu = entered(kernel)
        vcpu.cpuif.acknowledge()
        vcpu.cpuif.end_of_interrupt(32)
        kernel.vgic_v3_save_state(vcpu)
        assert fields(vcpu.vgic_cpu.vgic_lr[0]) == (32, False, False, True, 1, 0x40)
        assert fields(vcpu.vgic_cpu.vgic_lr[1]) == (33, True, False, True, 1, 0x40)

    in_kernel(body)


def test_saving_quiesces_the_hardware(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = entered(kernel)
        vcpu.cpuif.hcr.eoicount = 1
        kernel.vgic_v3_save_state(vcpu)
        assert all(fields(lr) == EMPTY for lr in vcpu.cpuif.lrs)
        assert not vcpu.cpuif.maintenance()
        assert vcpu.cpuif.hcr.eoicount == 0

    in_kernel(body)


@pytest.mark.parametrize(("lrenpie", "saved"), [(True, 2), (False, 0)])
def test_eoicount_is_saved_only_where_it_was_asked_for(
    in_kernel: Callable[..., Execution], lrenpie: bool, saved: int
) -> None:
    """I14, its first half."""

    def body(kernel: Mechanism) -> None:
        vcpu = entered(kernel)
        vcpu.vgic_cpu.vgic_hcr.lrenpie = lrenpie
        vcpu.cpuif.hcr.eoicount = 2
        kernel.vgic_v3_save_state(vcpu)
        assert vcpu.vgic_cpu.vgic_hcr.eoicount == saved

    in_kernel(body)


def test_the_bug_eoicount_not_preserved_forgets_it(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = entered(kernel)
        vcpu.cpuif.hcr.eoicount = 2
        kernel.vgic_v3_save_state(vcpu)
        assert vcpu.vgic_cpu.vgic_hcr.eoicount == 0

    in_kernel(body, kernel=BUGS["eoicount_not_preserved"].cls)


def test_the_open_handlers_priorities_outlive_the_exit(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = entered(kernel)
        vcpu.cpuif.acknowledge()
        kernel.vgic_v3_save_state(vcpu)
        kernel.vgic_v3_restore_state(vcpu)
        assert vcpu.cpuif.running_priority == 0x40

    in_kernel(body)


# Does the state that the guest changed come back from the hardware, and nothing else?
#
# Section 7.1 of the semantics.


OnVcpu0 = Callable[..., Execution]


def loaded(kernel: Mechanism, *lrs: ListRegister, lrenpie: bool = False) -> Vcpu:
    """vCPU 0 with these list registers used and in the hardware."""
    vcpu = kernel.kvm.vcpus[0]
    vcpu.vgic_cpu.vgic_lr[: len(lrs)] = list(lrs)
    vcpu.vgic_cpu.used_lrs = len(lrs)
    vcpu.vgic_cpu.vgic_hcr = Hcr(lrenpie=lrenpie)
    kernel.vgic_v3_restore_state(vcpu)
    return vcpu


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
