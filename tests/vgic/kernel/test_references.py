# SPDX-License-Identifier: GPL-2.0-only
"""Who has a reference to an LPI, and when is it freed: not while anybody has one, or looks?"""

from collections.abc import Callable

import pytest

from harness import Execution, Failure
from harness.primitives.slab import life_of
from vgic import REVISIONS, Mechanism, Reference
from vgic.data import EDGE, FIRST_LPI
from vgic.data.lpis import LpiTable, references
from vgic.data.vcpu import Lpi, Vcpu, VgicIrq

InKernel = Callable[..., Execution]
FailureIn = Callable[..., Failure]


def lpi(kernel: Mechanism, vcpu: int = 0, *, pending: bool = False) -> Lpi:
    """Return an LPI that an event is mapped to."""
    irq = kernel.kvm.add_irq(FIRST_LPI + len(kernel.kvm.irqs), EDGE, 0x80, vcpu)
    irq.pending_latch = pending
    assert isinstance(irq, Lpi)
    return irq


def table(kernel: Mechanism) -> LpiTable:
    assert kernel.kvm.dist.lpis is not None
    return kernel.kvm.dist.lpis


def unmap(kernel: Mechanism, irq: Lpi) -> None:
    """Take its event away; the reference is the caller's from now on."""
    del table(kernel).events[irq.intid]


def is_freed(irq: Lpi) -> bool:
    return life_of(irq).freed is not None


def test_an_lpi_begins_with_the_reference_of_its_event(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq = lpi(kernel)
        assert references(irq).value == 1
        assert table(kernel).entries == {irq.intid: irq}
        assert table(kernel).events[irq.intid].irq is irq

    in_kernel(body)


def test_who_looks_one_up_has_a_reference_until_he_puts_it(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq = lpi(kernel)
        assert kernel.vgic_get_irq(irq.intid) is irq
        assert references(irq).value == 2
        kernel.vgic_put_irq(irq)
        assert references(irq).value == 1
        assert kernel.vgic_get_irq(irq.intid + 1) is None

    in_kernel(body)


def test_what_nobody_has_a_reference_to_is_not_found(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq = lpi(kernel)
        unmap(kernel, irq)
        assert kernel.vgic_put_irq_norelease(irq)
        assert kernel.vgic_get_irq(irq.intid) is None
        assert table(kernel).entries == {irq.intid: irq}
        kernel.vgic_release_deleted_lpis()
        assert is_freed(irq)
        assert not table(kernel).entries
        assert not kernel.kvm.irqs

    in_kernel(body)


def test_the_last_put_frees_and_no_other(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq, other = lpi(kernel), lpi(kernel)
        kernel.vgic_get_irq_ref(irq)
        kernel.vgic_put_irq(irq)
        assert not is_freed(irq)
        unmap(kernel, irq)
        kernel.vgic_put_irq(irq)
        assert is_freed(irq)
        assert kernel.kvm.irqs == [other]

    in_kernel(body)


def test_a_release_frees_nothing_that_somebody_has(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq = lpi(kernel)
        assert not kernel.vgic_put_irq_norelease(kernel.vgic_get_irq(irq.intid) or irq)
        kernel.vgic_release_deleted_lpis()
        assert not is_freed(irq)

    in_kernel(body)


def test_it_is_freed_when_whoever_may_have_found_it_has_looked_at_its_count(
    in_kernel: InKernel,
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = lpi(kernel)
        with table(kernel).rcu:
            assert table(kernel).load(irq.intid) is irq
            unmap(kernel, irq)
            kernel.vgic_put_irq(irq)
            assert table(kernel).load(irq.intid) is None
            assert not is_freed(irq)
        assert is_freed(irq)

    in_kernel(body)


def test_a_put_may_not_stand_under_a_list_s_lock_even_if_it_is_not_the_last(
    failure_in_kernel: FailureIn,
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = lpi(kernel)
        kernel.vgic_get_irq_ref(irq)
        with kernel.kvm.vcpus[0].vgic_cpu.ap_list_lock:
            kernel.vgic_put_irq(irq)

    assert failure_in_kernel(body).kind == "invalid wait context"


def test_one_that_releases_nothing_may(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq = lpi(kernel)
        kernel.vgic_get_irq_ref(irq)
        with kernel.kvm.vcpus[0].vgic_cpu.ap_list_lock, irq.irq_lock:
            assert not kernel.vgic_put_irq_norelease(irq)

    in_kernel(body)


def queued(kernel: Mechanism, irq: VgicIrq) -> bool:
    were_off = irq.irq_lock.lock_irqsave()
    return kernel.vgic_queue_irq_unlock(irq, were_off)


def test_a_list_has_a_reference_of_its_own_until_the_prune(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq, vcpu = lpi(kernel, pending=True), kernel.kvm.vcpus[0]
        assert queued(kernel, irq)
        assert references(irq).value == 2
        assert not queued(kernel, irq)
        assert references(irq).value == 2
        irq.pending_latch = False
        kernel.vgic_prune_ap_list(vcpu)
        assert (references(irq).value, irq.vcpu) == (1, None)

    in_kernel(body)


def test_what_is_on_a_list_alone_is_freed_by_the_prune_when_nothing_is_held(
    in_kernel: InKernel,
) -> None:
    def body(kernel: Mechanism) -> None:
        irq, vcpu = lpi(kernel, pending=True), kernel.kvm.vcpus[0]
        queued(kernel, irq)
        unmap(kernel, irq)
        kernel.vgic_put_irq(irq)
        assert references(irq).value == 1
        irq.pending_latch = False
        kernel.vgic_prune_ap_list(vcpu)
        assert is_freed(irq)

    in_kernel(body)


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_migration_takes_the_reference_of_the_list_along(
    revision: str, in_kernel: InKernel
) -> None:
    def body(kernel: Mechanism) -> None:
        irq, (old, new) = lpi(kernel, pending=True), kernel.kvm.vcpus
        queued(kernel, irq)
        irq.target_vcpu = new
        kernel.vgic_prune_ap_list(old)
        assert (references(irq).value, irq.vcpu) == (2, new)

    in_kernel(body, nr_vcpus=2, kernel=REVISIONS[revision].cls)


HOLDING = ("reference", "last-lr", "last-lr-ref", "halting", "linux-7.3")


@pytest.mark.parametrize("revision", REVISIONS)
def test_prune_has_one_of_its_own_while_it_holds_no_lock(
    revision: str, in_kernel: InKernel
) -> None:
    counts: list[int] = []

    class Looks(REVISIONS[revision].cls):  # type: ignore[misc]  # a base that is a value
        def migrate_irq(self, vcpu: Vcpu, irq: VgicIrq, target: Vcpu) -> bool:
            counts.append(references(irq).value)
            moved: bool = super().migrate_irq(vcpu, irq, target)
            return moved

    def body(kernel: Mechanism) -> None:
        irq, (old, new) = lpi(kernel, pending=True), kernel.kvm.vcpus
        queued(kernel, irq)
        irq.target_vcpu = new
        kernel.vgic_prune_ap_list(old)
        assert counts == [3 if revision in HOLDING else 2]

    in_kernel(body, nr_vcpus=2, kernel=Looks)


CURSORS = {"last-lr": 0, "last-lr-ref": 1, "halting": 1, "linux-7.3": 1}


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_cursor_has_one_where_it_is_set_for_a_full_set_of_registers(
    revision: str, in_kernel: InKernel
) -> None:
    def body(kernel: Mechanism) -> None:
        irq, vcpu = lpi(kernel, pending=True), kernel.kvm.vcpus[0]
        queued(kernel, irq)
        kernel.kvm_vgic_flush_hwstate(vcpu)
        assert references(irq).value == 2 + CURSORS.get(revision, 0)
        kernel.kvm_vgic_sync_hwstate(vcpu)
        assert references(irq).value == 2

    in_kernel(body, nr_lr=1, kernel=REVISIONS[revision].cls)


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_fold_drops_its_active_state_and_its_own_reference(
    revision: str, in_kernel: InKernel
) -> None:
    def body(kernel: Mechanism) -> None:
        irq, vcpu = lpi(kernel, pending=True), kernel.kvm.vcpus[0]
        queued(kernel, irq)
        kernel.kvm_vgic_flush_hwstate(vcpu)
        assert vcpu.cpuif.acknowledge() == irq.intid
        kernel.kvm_vgic_sync_hwstate(vcpu)
        assert irq.active is (revision == "classic")
        assert references(irq).value == 1 + irq.active

    in_kernel(body, kernel=REVISIONS[revision].cls)


def test_a_register_whose_lpi_is_no_more_is_folded_into_nothing(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq, vcpu = lpi(kernel, pending=True), kernel.kvm.vcpus[0]
        lr = vcpu.vgic_cpu.vgic_lr[0]
        lr.intid, lr.pending = irq.intid, True
        unmap(kernel, irq)
        kernel.vgic_put_irq(irq)
        kernel.vgic_v3_fold_lr(vcpu, lr)
        assert is_freed(irq)

    in_kernel(body)


class TwoPuts(Reference):
    """An LPI is put twice where it is taken once."""

    def vgic_get_irq(self, intid: int) -> Lpi | None:
        irq = super().vgic_get_irq(intid)
        if irq is not None:
            self.vgic_put_irq(irq)
        return irq


def test_to_go_by_what_is_freed_is_seen(failure_in_kernel: FailureIn) -> None:
    def body(kernel: Mechanism) -> None:
        irq = lpi(kernel)
        found = kernel.vgic_get_irq(irq.intid)
        assert found is not None
        unmap(kernel, irq)
        kernel.vgic_put_irq(found)
        assert found.pending_latch is False

    assert failure_in_kernel(body, kernel=TwoPuts).kind == "use after free"
