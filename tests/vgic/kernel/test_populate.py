# SPDX-License-Identifier: GPL-2.0-only
"""What goes into a list register, and what stays behind in the interrupt?"""

from collections.abc import Callable

import pytest

from harness import Execution, Failure
from vgic import Mechanism
from vgic.data.intids import Config
from vgic.data.vcpu import VgicIrq
from vgic.hardware.list_registers import ListRegister


def populate(kernel: Mechanism, irq: VgicIrq, index: int = 0) -> ListRegister:
    vcpu = kernel.kvm.vcpus[0]
    with irq.irq_lock:
        kernel.vgic_v3_populate_lr(vcpu, irq, index)
    return vcpu.vgic_cpu.vgic_lr[index]


@pytest.mark.parametrize(
    ("config", "pending", "active", "state"),
    [
        (Config.EDGE, False, False, "32:invalid"),
        (Config.EDGE, True, False, "32:P"),
        (Config.EDGE, False, True, "32:A"),
        (Config.EDGE, True, True, "32:PA"),
        (Config.LEVEL, False, False, "32:invalid"),
        (Config.LEVEL, True, False, "32:P"),
        (Config.LEVEL, False, True, "32:A"),
        (Config.LEVEL, True, True, "32:A"),
    ],
)
def test_a_level_is_never_pending_and_active_an_edge_may_be(
    in_kernel: Callable[..., Execution], config: Config, pending: bool, active: bool, state: str
) -> None:
    """I22; a level that is both would break software resampling."""

    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, config, 0x40, 0)
        irq.active = active
        irq.line_level = pending and config is Config.LEVEL
        irq.pending_latch = pending and config is Config.EDGE
        lr = populate(kernel, irq)
        assert str(lr) == state
        assert lr.eoi is (config is Config.LEVEL)
        assert (lr.priority, lr.group) == (0x40, 1)
        assert irq.on_lr

    in_kernel(body)


def test_an_edge_moves_its_latch_into_the_register(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, Config.EDGE, 0x40, 0)
        irq.pending_latch = True
        assert populate(kernel, irq).pending
        assert not irq.pending_latch

    in_kernel(body)


def test_a_level_keeps_its_line_and_its_software_latch(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, Config.LEVEL, 0x40, 0)
        irq.line_level = irq.pending_latch = True
        assert populate(kernel, irq).pending
        assert irq.line_level
        assert irq.pending_latch

    in_kernel(body)


@pytest.mark.parametrize(("active", "waits"), [(False, False), (True, True)])
def test_a_pend_is_in_a_register_once_one_has_it_as_pending(
    in_kernel: Callable[..., Execution], active: bool, waits: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, Config.LEVEL, 0x40, 0)
        irq.active, irq.pending_latch, irq.pended_since_load = active, True, True
        populate(kernel, irq)
        assert irq.pended_since_load is waits

    in_kernel(body)


def test_computing_changes_nothing(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, Config.EDGE, 0x40, 0)
        irq.pending_latch = True
        with irq.irq_lock:
            assert kernel.vgic_v3_compute_lr(kernel.kvm.vcpus[0], irq).pending
        assert irq.pending_latch
        assert not irq.on_lr

    in_kernel(body)


def test_computing_for_what_is_in_a_register_already_is_a_warning(
    failure_in_kernel: Callable[..., Failure],
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, Config.EDGE, 0x40, 0)
        populate(kernel, irq, 0)
        populate(kernel, irq, 1)

    assert failure_in_kernel(body).kind == "warning"


def test_clearing_leaves_an_invalid_register(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, Config.LEVEL, 0x40, 0)
        irq.line_level = True
        populate(kernel, irq, 2)
        vcpu = kernel.kvm.vcpus[0]
        with vcpu.vgic_cpu.ap_list_lock:
            kernel.vgic_v3_clear_lr(vcpu, 2)
        lr = vcpu.vgic_cpu.vgic_lr[2]
        assert (lr.pending, lr.active, lr.eoi) == (False, False, False)

    in_kernel(body)


def test_populating_without_the_lock_is_a_failure(
    failure_in_kernel: Callable[..., Failure],
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, Config.EDGE, 0x40, 0)
        kernel.vgic_v3_populate_lr(kernel.kvm.vcpus[0], irq, 0)

    assert failure_in_kernel(body).kind == "lock not held"
