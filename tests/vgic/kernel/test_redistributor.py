# SPDX-License-Identifier: GPL-2.0-only
"""What becomes of LPIs whose redistributor takes none any more, by whose hand it may be?"""

from collections.abc import Callable

import pytest

from harness import Execution
from harness.primitives.slab import life_of
from vgic import REVISIONS, Mechanism
from vgic.data import EDGE, FIRST_LPI, LpisOf, LpiTable
from vgic.data.lpis import references
from vgic.data.vcpu import Lpi, Vcpu

InKernel = Callable[..., Execution]
EVENT = FIRST_LPI
BUSY = -16
HALT = ("reference", "halting")
KEEP_THE_LATCH = ("classic", "v1-posted", "head-walk")


def mapped(kernel: Mechanism) -> Lpi:
    """Return the LPI of the event, which is vCPU 1's."""
    irq = kernel.kvm.add_irq(EVENT, EDGE, 0x80, 1)
    assert isinstance(irq, Lpi)
    return irq


def table(kernel: Mechanism) -> LpiTable:
    assert kernel.kvm.dist.lpis is not None
    return kernel.kvm.dist.lpis


def test_what_is_listed_is_taken_off_and_pending_no_more(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq, (_, target) = mapped(kernel), kernel.kvm.vcpus
        kernel.vgic_its_inject_msi(EVENT)
        kernel.vgic_mmio_write_v3r_ctlr(target, enables=False)
        assert (irq.vcpu, irq.pending_latch, references(irq).value) == (None, False, 1)
        assert target.vgic_cpu.ap_list_head.empty

    in_kernel(body, nr_vcpus=2, irqs_off=False)


def test_what_another_vcpu_has_listed_stays(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq, (other, target) = mapped(kernel), kernel.kvm.vcpus
        kernel.vgic_its_inject_msi(EVENT)
        kernel.vgic_mmio_write_v3r_ctlr(other, enables=False)
        assert (irq.vcpu, irq.pending_latch) == (target, True)

    in_kernel(body, nr_vcpus=2, irqs_off=False)


def test_messages_are_refused_until_it_takes_some_again(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq, (_, target) = mapped(kernel), kernel.kvm.vcpus
        kernel.vgic_mmio_write_v3r_ctlr(target, enables=False)
        assert kernel.vgic_its_inject_msi(EVENT) == BUSY
        assert not irq.pending_latch
        kernel.vgic_mmio_write_v3r_ctlr(target, enables=True)
        assert not irq.pending_latch
        assert kernel.vgic_its_inject_msi(EVENT) == 0
        assert irq.vcpu is target

    in_kernel(body, nr_vcpus=2, irqs_off=False)


def test_what_is_mapped_to_nothing_any_more_is_freed_by_it(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq, (_, target) = mapped(kernel), kernel.kvm.vcpus
        kernel.vgic_its_inject_msi(EVENT)
        kernel.vgic_its_cmd_handle_discard(EVENT)
        kernel.vgic_mmio_write_v3r_ctlr(target, enables=False)
        assert life_of(irq).freed is not None

    in_kernel(body, nr_vcpus=2, irqs_off=False)


@pytest.mark.parametrize("state", [LpisOf.DISABLED, LpisOf.BEING_DISABLED])
@pytest.mark.parametrize("enables", [False, True])
def test_whoever_finds_it_so_or_another_at_it_does_nothing(
    state: LpisOf, enables: bool, in_kernel: InKernel
) -> None:
    def body(kernel: Mechanism) -> None:
        mapped(kernel)
        ctlr = table(kernel).ctlr[1]
        ctlr.value = state
        kernel.vgic_mmio_write_v3r_ctlr(kernel.kvm.vcpus[1], enables=enables)
        is_enabled = enables and state is LpisOf.DISABLED
        assert ctlr.value is (LpisOf.ENABLED if is_enabled else state)

    in_kernel(body, nr_vcpus=2, irqs_off=False)


def test_a_machine_without_lpis_has_nothing_to_disable(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        before = kernel.scheduler.steps
        kernel.vgic_mmio_write_v3r_ctlr(kernel.kvm.vcpus[0], enables=False)
        assert kernel.scheduler.steps == before

    in_kernel(body, irqs_off=False)


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_vm_is_halted_from_before_the_flush_until_it_is_known(
    revision: str, in_kernel: InKernel
) -> None:
    seen: list[tuple[int, LpisOf]] = []

    class Looks(REVISIONS[revision].cls):  # type: ignore[misc]  # a base that is a value
        def vgic_flush_pending_lpis(self, vcpu: Vcpu) -> None:
            super().vgic_flush_pending_lpis(vcpu)
            seen.append((vcpu.pause.value, table(self).ctlr[vcpu.vcpu_id].value))

    def body(kernel: Mechanism) -> None:
        mapped(kernel)
        target = kernel.kvm.vcpus[1]
        kernel.vgic_mmio_write_v3r_ctlr(target, enables=False)
        assert seen == [(int(revision in HALT), LpisOf.BEING_DISABLED)]
        assert (target.pause.value, table(kernel).ctlr[1].value) == (0, LpisOf.DISABLED)

    in_kernel(body, nr_vcpus=2, irqs_off=False, kernel=Looks)


@pytest.mark.parametrize("revision", REVISIONS)
def test_what_is_taken_off_stays_pending_in_old_ones(revision: str, in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel)
        kernel.vgic_its_inject_msi(EVENT)
        kernel.vgic_mmio_write_v3r_ctlr(kernel.kvm.vcpus[1], enables=False)
        assert irq.pending_latch is (revision in KEEP_THE_LATCH)

    in_kernel(body, nr_vcpus=2, irqs_off=False, kernel=REVISIONS[revision].cls)


@pytest.mark.parametrize("revision", REVISIONS)
def test_what_has_been_moved_to_another_stays_for_prune_to_move(
    revision: str, in_kernel: InKernel
) -> None:
    """It is not this vCPU's any more: docs/findings.md, F15."""

    def body(kernel: Mechanism) -> None:
        irq, (other, target) = mapped(kernel), kernel.kvm.vcpus
        kernel.vgic_its_inject_msi(EVENT)
        kernel.vgic_its_cmd_handle_movi(EVENT, other)
        kernel.vgic_mmio_write_v3r_ctlr(target, enables=False)
        if revision != "reference":
            assert (irq.vcpu, references(irq).value) == (None, 1)
            assert irq.pending_latch is (revision in KEEP_THE_LATCH)
            return
        assert (irq.vcpu, irq.pending_latch, references(irq).value) == (target, True, 2)
        kernel.scheduler.current.irqs_off = True
        kernel.vgic_prune_ap_list(target)
        assert (irq.vcpu, irq.pending_latch, references(irq).value) == (other, True, 2)

    in_kernel(body, nr_vcpus=2, irqs_off=False, kernel=REVISIONS[revision].cls)


def test_a_vcpu_that_is_destroyed_keeps_none_for_another(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq, (other, target) = mapped(kernel), kernel.kvm.vcpus
        kernel.vgic_its_inject_msi(EVENT)
        kernel.vgic_its_cmd_handle_movi(EVENT, other)
        kernel.kvm_vgic_vcpu_destroy(target)
        assert (irq.vcpu, references(irq).value) == (None, 1)

    in_kernel(body, nr_vcpus=2, irqs_off=False)
