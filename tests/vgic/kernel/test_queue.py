# SPDX-License-Identifier: GPL-2.0-only
"""Is an interrupt queued once and on the right list, whatever changes while locks are dropped?

vgic_queue_irq_unlock has to drop irq_lock to take ap_list_lock (window W1 of the semantics). Here
another thread makes its change at each point of the way in turn.
"""

from collections.abc import Callable, Iterator

import pytest

from harness import Execution
from tests.fixtures.judged import windows_of
from vgic import Mechanism, Reference
from vgic.data.intids import Config
from vgic.data.vcpu import KVM_REQ_IRQ_PENDING, Mode, Vcpu, VgicIrq

OnVcpu0 = Callable[..., Execution]
Listed = Callable[..., list[int]]
Enlist = Callable[..., None]
AtEachPoint = Callable[..., Iterator[Mechanism]]


def edge_of_vcpu0(kernel: Mechanism) -> None:
    kernel.kvm.add_irq(32, Config.EDGE, 0x80, 0)


def inject(kernel: Mechanism) -> None:
    kernel.kvm_vgic_inject_irq(None, 32, level=True)


def disable(kernel: Mechanism) -> None:
    kernel.vgic_mmio_write_cenable(kernel.kvm.irqs[0])


def reroute(kernel: Mechanism) -> None:
    kernel.vgic_mmio_write_irouter(kernel.kvm.irqs[0], kernel.kvm.vcpus[1])


def requested(vcpu: Vcpu) -> bool:
    return bool(vcpu.requests.bits & 1 << KVM_REQ_IRQ_PENDING)


def test_two_that_inject_at_once_queue_it_once(at_each_point: AtEachPoint, listed: Listed) -> None:
    retried = False
    for kernel in at_each_point({"dev0": inject, "dev1": inject}, edge_of_vcpu0):
        assert [listed(vcpu) for vcpu in kernel.kvm.vcpus] == [[32], []]
        assert kernel.kvm.irqs[0].vcpu is kernel.kvm.vcpus[0]
        assert requested(kernel.kvm.vcpus[0])
        retried |= "queue_retry" in windows_of(kernel)
    assert retried


def test_one_disabled_meanwhile_waits_for_its_enable(
    at_each_point: AtEachPoint, on_vcpu0: OnVcpu0, listed: Listed
) -> None:
    queued: set[bool] = set()

    def disabled_then_enabled(kernel: Mechanism) -> None:
        inject(kernel)
        queued.add(bool(listed(kernel.kvm.vcpus[0])))
        kernel.vgic_mmio_write_senable(kernel.kvm.irqs[0])

    bodies = {"dev0": disabled_then_enabled, "dev1": disable}
    for kernel in at_each_point(bodies, edge_of_vcpu0):
        irq = kernel.kvm.irqs[0]
        assert irq.pending_latch
        if irq.enabled:
            assert listed(kernel.kvm.vcpus[0]) == [32]
            assert requested(kernel.kvm.vcpus[0])
    assert queued == {False, True}


def test_one_rerouted_meanwhile_is_on_one_list_and_its_vcpu_is_told(
    at_each_point: AtEachPoint, listed: Listed
) -> None:
    homes: set[int] = set()
    for kernel in at_each_point({"dev0": inject, "dev1": reroute}, edge_of_vcpu0):
        (home,) = [vcpu for vcpu in kernel.kvm.vcpus if listed(vcpu)]
        assert listed(home) == [32]
        assert kernel.kvm.irqs[0].vcpu is home
        assert requested(home)
        homes.add(home.vcpu_id)
    assert homes == {0, 1}


def test_a_level_that_ends_up_high_is_queued_and_one_that_ends_up_low_may_not_be(
    at_each_point: AtEachPoint, listed: Listed
) -> None:
    outcomes: set[tuple[bool, bool]] = set()

    def level_of_vcpu0(kernel: Mechanism) -> None:
        kernel.kvm.add_irq(32, Config.LEVEL, 0x80, 0)

    def lower(kernel: Mechanism) -> None:
        kernel.kvm_vgic_inject_irq(None, 32, level=False)

    for kernel in at_each_point({"dev0": inject, "dev1": lower}, level_of_vcpu0):
        irq = kernel.kvm.irqs[0]
        queued = listed(kernel.kvm.vcpus[0]) == [32]
        assert (irq.vcpu is not None) is queued
        outcomes.add((irq.line_level, queued))
    # Lowered before it was raised means nothing; lowered in the window it is given up; lowered
    # after that it waits for the next prune.
    assert outcomes == {(True, True), (False, False), (False, True)}


def changing_once(change: Callable[[Mechanism, VgicIrq], None]) -> type[Mechanism]:
    """A kernel in whose first window something has changed by the time it looks again."""

    class Changing(Reference):
        looks = 0

        def still_to_queue(self, irq: VgicIrq, vcpu: Vcpu) -> bool:
            self.looks += 1
            if self.looks == 1:
                change(self, irq)
            return super().still_to_queue(irq, vcpu)

    return Changing


def lose_pending(kernel: Mechanism, irq: VgicIrq) -> None:
    irq.pending_latch = False


def lose_enable(kernel: Mechanism, irq: VgicIrq) -> None:
    irq.enabled = False


def lose_target(kernel: Mechanism, irq: VgicIrq) -> None:
    irq.target_vcpu = None


def lose_distributor(kernel: Mechanism, irq: VgicIrq) -> None:
    kernel.kvm.dist.enabled = False


@pytest.mark.parametrize("change", [lose_pending, lose_enable, lose_target, lose_distributor])
def test_what_is_no_longer_deliverable_is_given_up_and_nobody_is_told(
    change: Callable[[Mechanism, VgicIrq], None], on_vcpu0: OnVcpu0, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        edge_of_vcpu0(kernel)
        inject(kernel)
        assert [listed(vcpu) for vcpu in kernel.kvm.vcpus] == [[], []]
        assert kernel.kvm.irqs[0].vcpu is None
        assert not any(requested(vcpu) for vcpu in kernel.kvm.vcpus)
        assert not kernel.scheduler.current.held
        assert "queue_retry" in windows_of(kernel)

    on_vcpu0(body, kernel=changing_once(change))


def test_after_a_retry_the_new_target_gets_it_and_the_old_one_is_left_alone(
    on_vcpu0: OnVcpu0, listed: Listed
) -> None:
    def to_vcpu1(kernel: Mechanism, irq: VgicIrq) -> None:
        irq.target_vcpu = kernel.kvm.vcpus[1]

    def body(kernel: Mechanism) -> None:
        edge_of_vcpu0(kernel)
        inject(kernel)
        assert [listed(vcpu) for vcpu in kernel.kvm.vcpus] == [[], [32]]
        assert [requested(vcpu) for vcpu in kernel.kvm.vcpus] == [False, True]

    on_vcpu0(body, kernel=changing_once(to_vcpu1))


def test_an_interrupt_with_no_target_is_pending_on_no_list(
    on_vcpu0: OnVcpu0, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        edge_of_vcpu0(kernel)
        irq = kernel.kvm.irqs[0]
        irq.target_vcpu = None
        assert kernel.kvm_vgic_inject_irq(None, 32, level=True) == 0
        assert (irq.pending_latch, irq.vcpu) == (True, None)
        assert not any(listed(vcpu) or requested(vcpu) for vcpu in kernel.kvm.vcpus)

    on_vcpu0(body)


def test_it_joins_the_tail_of_the_ap_list_while_there_is_an_overflow(
    on_vcpu0: OnVcpu0, enlist: Enlist, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        kvm = kernel.kvm
        edge_of_vcpu0(kernel)
        vcpu = kvm.vcpus[0]
        others = [kvm.add_irq(intid, Config.EDGE, 0x80, 0) for intid in (40, 41, 42)]
        for irq in others:
            irq.pending_latch = True
        enlist(vcpu, *others)
        kernel.kvm_vgic_flush_hwstate(vcpu)
        inject(kernel)
        assert listed(vcpu) == [40, 32]
        assert listed(vcpu, overflow=True) == [41, 42]

    on_vcpu0(body, nr_lr=1)


def test_one_on_a_list_already_tells_where_it_belongs_not_where_it_is(
    on_vcpu0: OnVcpu0, enlist: Enlist, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        edge_of_vcpu0(kernel)
        first, second = kernel.kvm.vcpus
        irq = kernel.kvm.irqs[0]
        irq.pending_latch = True
        enlist(first, irq)
        irq.target_vcpu = second
        first.mode.value = second.mode.value = Mode.IN_GUEST_MODE
        inject(kernel)
        assert (listed(first), listed(second)) == ([32], [])
        assert (requested(first), requested(second)) == (False, True)
        assert second.mode.value is Mode.EXITING_GUEST_MODE

    on_vcpu0(body)


def test_an_active_one_tells_the_vcpu_that_handles_it(on_vcpu0: OnVcpu0, enlist: Enlist) -> None:
    def body(kernel: Mechanism) -> None:
        edge_of_vcpu0(kernel)
        first, second = kernel.kvm.vcpus
        irq = kernel.kvm.irqs[0]
        irq.active = True
        enlist(first, irq)
        irq.target_vcpu = second
        inject(kernel)
        assert (requested(first), requested(second)) == (True, False)

    on_vcpu0(body)
