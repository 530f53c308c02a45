# SPDX-License-Identifier: GPL-2.0-only
"""What becomes of a list register's state when the guest is left?"""

from collections.abc import Callable

import pytest

from harness import Execution
from vgic import BUGS, Mechanism
from vgic.data.intids import Config
from vgic.data.vcpu import VgicIrq
from vgic.hardware.list_registers import ListRegister


def loaded(kernel: Mechanism, config: Config) -> VgicIrq:
    """Return an interrupt that is in a list register."""
    irq = kernel.kvm.add_irq(32, config, 0x40, 0)
    irq.vcpu = kernel.kvm.vcpus[0]
    irq.on_lr = True
    return irq


def fold(
    kernel: Mechanism, *, pending: bool = False, active: bool = False, intid: int = 32
) -> None:
    lr = ListRegister(intid, pending=pending, active=active, priority=0x40)
    kernel.vgic_v3_fold_lr(kernel.kvm.vcpus[0], lr)


@pytest.mark.parametrize("config", Config)
@pytest.mark.parametrize("was", [False, True])
@pytest.mark.parametrize("active", [False, True])
def test_the_active_state_is_what_the_register_says(
    in_kernel: Callable[..., Execution], config: Config, was: bool, active: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = loaded(kernel, config)
        irq.active = was
        fold(kernel, active=active)
        assert irq.active is active
        assert not irq.on_lr
        assert irq.irq_lock.owner is None

    in_kernel(body)


@pytest.mark.parametrize("active", [False, True])
def test_an_edge_not_acknowledged_is_pulled_back(
    in_kernel: Callable[..., Execution], active: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = loaded(kernel, Config.EDGE)
        fold(kernel, pending=True, active=active)
        assert irq.pending_latch
        assert irq.active is active

    in_kernel(body)


def test_an_edge_that_was_acknowledged_leaves_nothing_behind(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = loaded(kernel, Config.EDGE)
        fold(kernel, active=True)
        assert not irq.pending_latch

    in_kernel(body)


@pytest.mark.parametrize("active", [False, True])
def test_an_edge_sent_again_meanwhile_stays_pending(
    in_kernel: Callable[..., Execution], active: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = loaded(kernel, Config.EDGE)
        irq.pending_latch = True
        fold(kernel, active=active)
        assert irq.pending_latch

    in_kernel(body)


@pytest.mark.parametrize(
    ("pending", "active", "latch"),
    [(False, False, False), (True, False, True), (False, True, True)],
)
def test_a_levels_software_latch_goes_when_the_guest_is_through_with_it(
    in_kernel: Callable[..., Execution], pending: bool, active: bool, latch: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = loaded(kernel, Config.LEVEL)
        irq.pending_latch = True
        fold(kernel, pending=pending, active=active)
        assert irq.pending_latch is latch

    in_kernel(body)


@pytest.mark.parametrize("line", [False, True])
def test_a_pending_level_in_a_register_sets_no_latch_and_moves_no_line(
    in_kernel: Callable[..., Execution], line: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = loaded(kernel, Config.LEVEL)
        irq.line_level = line
        fold(kernel, pending=True)
        assert not irq.pending_latch
        assert irq.line_level is line

    in_kernel(body)


def test_a_register_of_an_unknown_interrupt_is_dropped(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = loaded(kernel, Config.EDGE)
        fold(kernel, intid=77, pending=True, active=True)
        assert (irq.active, irq.pending_latch, irq.on_lr) == (False, False, True)

    in_kernel(body)


def test_a_private_interrupt_is_folded_into_this_vcpus_own(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        own, other = (kernel.kvm.add_irq(20, Config.EDGE, 0x40, number) for number in (0, 1))
        fold(kernel, intid=20, active=True)
        assert own.active
        assert not other.active

    in_kernel(body, nr_vcpus=2)


def test_every_used_register_is_folded_and_none_beyond(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        irqs = [kernel.kvm.add_irq(intid, Config.EDGE, 0x40, 0) for intid in (32, 33, 34)]
        vcpu.vgic_cpu.vgic_lr[:] = [ListRegister(irq.intid, active=True) for irq in irqs]
        vcpu.vgic_cpu.used_lrs = 2
        kernel.vgic_v3_fold_lr_state(vcpu)
        assert [irq.active for irq in irqs] == [True, True, False]
        assert vcpu.vgic_cpu.used_lrs == 0

    in_kernel(body, nr_lr=3)


def test_the_canary_drops_the_edge_instead(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        irq = loaded(kernel, Config.EDGE)
        fold(kernel, pending=True)
        assert not irq.pending_latch

    in_kernel(body, kernel=BUGS["canary"].cls)
