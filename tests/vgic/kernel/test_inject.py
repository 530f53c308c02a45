# SPDX-License-Identifier: GPL-2.0-only
"""What does a device's line do to an interrupt?"""

from collections.abc import Callable

import pytest

from harness import Execution, Failed, local_irq_enable
from vgic import Mechanism
from vgic.data.intids import Config
from vgic.data.vcpu import KVM_REQ_IRQ_PENDING, Vcpu, VgicIrq, irq_is_pending

EINVAL = 22


def listed(vcpu: Vcpu) -> list[int]:
    return [irq.intid for irq in vcpu.vgic_cpu.ap_list_head.entries()]


@pytest.mark.parametrize(
    ("config", "line", "level", "accepted"),
    [
        (Config.EDGE, False, True, True),
        (Config.EDGE, False, False, False),
        (Config.EDGE, True, True, True),
        (Config.EDGE, True, False, False),
        (Config.LEVEL, False, True, True),
        (Config.LEVEL, False, False, False),
        (Config.LEVEL, True, True, False),
        (Config.LEVEL, True, False, True),
    ],
)
def test_an_edge_counts_when_it_rises_and_a_level_when_it_changes(
    in_kernel: Callable[..., Execution], config: Config, line: bool, level: bool, accepted: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, config, 0x80, 0)
        irq.line_level = line
        with irq.irq_lock:
            assert kernel.vgic_validate_injection(irq, level) is accepted

    in_kernel(body)


@pytest.mark.parametrize("intid", [0, 31, 33, 1020, 8192])
def test_an_unknown_intid_is_refused_and_touches_nobody(
    in_kernel: Callable[..., Execution], intid: int
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, Config.EDGE, 0x80, 0)
        assert kernel.kvm_vgic_inject_irq(None, intid, level=True) == -EINVAL
        assert not irq_is_pending(irq)
        assert kernel.kvm.vcpus[0].requests.bits == 0

    in_kernel(body, irqs_off=False)


def test_an_edge_sets_the_latch_and_queues(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, Config.EDGE, 0x80, 0)
        assert kernel.kvm_vgic_inject_irq(None, irq.intid, level=True) == 0
        assert irq.pending_latch
        assert not irq.line_level
        assert listed(kernel.kvm.vcpus[0]) == [irq.intid]

    in_kernel(body, irqs_off=False)


def test_a_level_sets_the_line_and_queues(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, Config.LEVEL, 0x80, 0)
        assert kernel.kvm_vgic_inject_irq(None, irq.intid, level=True) == 0
        assert irq.line_level
        assert not irq.pending_latch
        assert listed(kernel.kvm.vcpus[0]) == [irq.intid]

    in_kernel(body, irqs_off=False)


def test_a_falling_edge_is_no_error_and_no_interrupt(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, Config.EDGE, 0x80, 0)
        assert kernel.kvm_vgic_inject_irq(None, irq.intid, level=False) == 0
        assert not irq_is_pending(irq)
        assert listed(kernel.kvm.vcpus[0]) == []
        assert kernel.kvm.vcpus[0].requests.bits == 0

    in_kernel(body, irqs_off=False)


def test_a_level_that_stays_high_announces_nothing(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, Config.LEVEL, 0x80, 0)
        kernel.kvm_vgic_inject_irq(None, irq.intid, level=True)
        kernel.kvm.vcpus[0].requests.bits = 0
        assert kernel.kvm_vgic_inject_irq(None, irq.intid, level=True) == 0
        assert kernel.kvm.vcpus[0].requests.bits == 0

    in_kernel(body, irqs_off=False)


def test_lowering_a_level_leaves_it_on_its_list_for_prune(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, Config.LEVEL, 0x80, 0)
        kernel.kvm_vgic_inject_irq(None, irq.intid, level=True)
        assert kernel.kvm_vgic_inject_irq(None, irq.intid, level=False) == 0
        assert not irq.line_level
        assert listed(kernel.kvm.vcpus[0]) == [irq.intid]

    in_kernel(body, irqs_off=False)


def test_lowering_an_active_level_tells_its_owner(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[1]
        irq = kernel.kvm.add_irq(32, Config.LEVEL, 0x80, 1)
        kernel.kvm_vgic_inject_irq(None, irq.intid, level=True)
        irq.active = True
        vcpu.requests.bits = 0
        kernel.kvm_vgic_inject_irq(None, irq.intid, level=False)
        assert vcpu.requests.bits

    in_kernel(body, nr_vcpus=2, irqs_off=False)


@pytest.mark.parametrize("irqs_off", [False, True])
def test_interrupts_are_as_they_were_before(
    in_kernel: Callable[..., Execution], irqs_off: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, Config.EDGE, 0x80, 0)
        for _ in range(2):
            kernel.kvm_vgic_inject_irq(None, irq.intid, level=True)
            assert kernel.scheduler.current.irqs_off is irqs_off

    in_kernel(body, irqs_off=irqs_off)


def test_a_private_interrupt_belongs_to_the_vcpu_named(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        first, second = kernel.kvm.vcpus
        theirs, ours = (kernel.kvm.add_irq(20, Config.EDGE, 0x80, number) for number in (0, 1))
        assert kernel.kvm_vgic_inject_irq(second, 20, level=True) == 0
        assert ours.pending_latch
        assert not theirs.pending_latch
        assert listed(first) == []
        assert listed(second) == [20]

    in_kernel(body, nr_vcpus=2, irqs_off=False)


def test_a_private_interrupt_of_nobody_is_refused(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        kernel.kvm.add_irq(20, Config.EDGE, 0x80, 0)
        assert kernel.kvm_vgic_inject_irq(None, 20, level=True) == -EINVAL

    in_kernel(body, irqs_off=False)


# Does the line of a device mean what it should, for each kind of interrupt?
#
# Sections 3.2 and 3.3 of the semantics.


OnVcpu0 = Callable[..., Execution]
Listed = Callable[..., list[int]]
Enlist = Callable[..., None]


@pytest.mark.parametrize(
    ("config", "line", "level", "accepted"),
    [
        (Config.EDGE, False, False, False),
        (Config.EDGE, False, True, True),
        (Config.EDGE, True, True, True),
        (Config.EDGE, True, False, False),
        (Config.LEVEL, False, False, False),
        (Config.LEVEL, False, True, True),
        (Config.LEVEL, True, False, True),
        (Config.LEVEL, True, True, False),
    ],
)
def test_validation(
    config: Config, line: bool, level: bool, accepted: bool, on_vcpu0: OnVcpu0
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, config, 0x80, 0)
        irq.line_level = line
        with irq.irq_lock:
            assert kernel.vgic_validate_injection(irq, level) is accepted
        assert (irq.line_level, irq.pending_latch) == (line, False)

    on_vcpu0(body)


def test_validation_needs_the_irq_lock(attempt: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        kernel.vgic_validate_injection(kernel.kvm.add_irq(32, Config.EDGE, 0x80, 0), level=True)

    outcome = attempt({"vcpu0": body}).outcome
    assert isinstance(outcome, Failed)
    assert outcome.failure.functions == ("vgic_validate_injection",)


def test_each_line_of_a_history_leaves_what_the_kernel_would(on_vcpu0: OnVcpu0) -> None:
    history = [True, True, False, False, True]
    expected = {
        Config.EDGE: [(True, False)] * 5,
        Config.LEVEL: [(False, level) for level in history],
    }

    def body(kernel: Mechanism) -> None:
        for intid, config in enumerate(Config, start=32):
            irq = kernel.kvm.add_irq(intid, config, 0x80, 0)
            seen = []
            for level in history:
                assert kernel.kvm_vgic_inject_irq(None, intid, level) == 0
                seen.append((irq.pending_latch, irq.line_level))
            assert seen == expected[config]

    on_vcpu0(body)


@pytest.mark.parametrize(("vcpu", "intid"), [(0, 33), (0, 5), (1, 20), (None, 20), (None, 1019)])
def test_an_intid_without_an_interrupt_is_refused(
    vcpu: int | None, intid: int, on_vcpu0: OnVcpu0, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        kvm = kernel.kvm
        irqs = [kvm.add_irq(which, Config.EDGE, 0x80, 0) for which in (20, 32)]
        whose = None if vcpu is None else kvm.vcpus[vcpu]
        assert kernel.kvm_vgic_inject_irq(whose, intid, level=True) == -EINVAL
        assert not any(irq.pending_latch for irq in irqs)
        assert not any(listed(each) or each.requests.bits for each in kvm.vcpus)
        assert not kernel.scheduler.current.held

    on_vcpu0(body)


def test_a_private_one_is_the_named_vcpus_and_a_shared_one_nobodys(
    on_vcpu0: OnVcpu0, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        kvm = kernel.kvm
        first, second = kvm.vcpus
        for vcpu in (0, 1):
            kvm.add_irq(20, Config.EDGE, 0x80, vcpu)
        kvm.add_irq(32, Config.EDGE, 0x80, 0)
        kernel.kvm_vgic_inject_irq(second, 20, level=True)
        kernel.kvm_vgic_inject_irq(second, 32, level=True)
        assert (listed(first), listed(second)) == ([32], [20])

    on_vcpu0(body)


def test_lowering_a_level_does_nothing_to_the_list_until_prune(
    on_vcpu0: OnVcpu0, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        irq = kernel.kvm.add_irq(32, Config.LEVEL, 0x80, 0)
        kernel.kvm_vgic_inject_irq(None, 32, level=True)
        vcpu.requests.bits = 0
        kernel.kvm_vgic_inject_irq(None, 32, level=False)
        assert (listed(vcpu), irq.vcpu, vcpu.requests.bits) == ([32], vcpu, 0)
        kernel.vgic_prune_ap_list(vcpu)
        assert (listed(vcpu), irq.vcpu) == ([], None)

    on_vcpu0(body)


@pytest.mark.parametrize(("level", "told"), [(False, True), (True, False)])
def test_a_change_of_an_active_level_tells_its_handler_and_no_change_tells_nobody(
    level: bool, told: bool, on_vcpu0: OnVcpu0, enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        first, second = kernel.kvm.vcpus
        irq = kernel.kvm.add_irq(32, Config.LEVEL, 0x80, 1)
        irq.active = irq.line_level = True
        enlist(second, irq)
        kernel.kvm_vgic_inject_irq(None, 32, level)
        assert second.requests.bits == (1 << KVM_REQ_IRQ_PENDING if told else 0)
        assert first.requests.bits == 0

    on_vcpu0(body)


def test_a_device_may_inject_with_interrupts_on(on_vcpu0: OnVcpu0) -> None:
    def body(kernel: Mechanism) -> None:
        irqs: list[VgicIrq] = [kernel.kvm.add_irq(32, Config.EDGE, 0x80, 0)]
        local_irq_enable(kernel.scheduler)
        kernel.kvm_vgic_inject_irq(None, 32, level=True)
        kernel.kvm_vgic_inject_irq(None, 32, level=False)
        assert not kernel.scheduler.current.irqs_off
        assert irqs[0].pending_latch

    on_vcpu0(body)
