# SPDX-License-Identifier: GPL-2.0-only
"""In which order do interrupts compete for list registers?

Deliverable here before not, enabled group before disabled, pending before active, then by
priority; equals keep the order in which they came.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from harness import Execution, Failure
from vgic import Mechanism
from vgic.data.intids import Config
from vgic.data.vcpu import VgicIrq


@dataclass(frozen=True)
class Kind:
    """What an interrupt is like; deliverable on vCPU 0 unless said otherwise."""

    priority: int = 0x80
    pending: bool = True
    active: bool = False
    elsewhere: bool = False
    group: int = 1


BEST = Kind()


def make(kernel: Mechanism, intid: int, kind: Kind) -> VgicIrq:
    irq = kernel.kvm.add_irq(intid, Config.EDGE, kind.priority, int(kind.elsewhere))
    irq.pending_latch, irq.active, irq.group = kind.pending, kind.active, kind.group
    irq.vcpu = kernel.kvm.vcpus[0]
    return irq


def compare(kernel: Mechanism, first: Kind, second: Kind) -> int:
    vcpu = kernel.kvm.vcpus[0]
    vcpu.cpuif.vmcr.group_enabled = (False, True)
    with vcpu.vgic_cpu.ap_list_lock:
        return kernel.vgic_irq_cmp(vcpu, make(kernel, 32, first), make(kernel, 33, second))


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (Kind(0xF8, active=True, pending=False), Kind(0x00, elsewhere=True)),
        (Kind(0xF8, group=0), Kind(0x00, elsewhere=True)),
        (Kind(0xF8, active=True, pending=False), Kind(0x00, group=0)),
        (Kind(0xF8), Kind(0x00, active=True, pending=False)),
        (Kind(0xF8), Kind(0x00, active=True, pending=True)),
        (Kind(0x78), Kind(0x80)),
        (Kind(0x78, active=True, pending=False), Kind(0x80, active=True, pending=False)),
        (Kind(0x78, active=True, pending=True), Kind(0x80, active=True, pending=False)),
    ],
)
def test_each_key_weighs_more_than_all_that_follow(
    in_kernel: Callable[..., Execution], better: Kind, worse: Kind
) -> None:
    def forward(kernel: Mechanism) -> None:
        assert compare(kernel, better, worse) < 0

    def backward(kernel: Mechanism) -> None:
        assert compare(kernel, worse, better) > 0

    in_kernel(forward, nr_vcpus=2)
    in_kernel(backward, nr_vcpus=2)


@pytest.mark.parametrize("kind", [BEST, Kind(active=True), Kind(elsewhere=True), Kind(group=0)])
def test_equals_keep_their_order(in_kernel: Callable[..., Execution], kind: Kind) -> None:
    def body(kernel: Mechanism) -> None:
        assert compare(kernel, kind, kind) == 0

    in_kernel(body, nr_vcpus=2)


def test_an_interrupt_compared_with_itself_is_equal_and_takes_its_lock_at_most_once(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = make(kernel, 32, BEST)
        with kernel.kvm.vcpus[0].vgic_cpu.ap_list_lock:
            assert kernel.vgic_irq_cmp(kernel.kvm.vcpus[0], irq, irq) == 0

    in_kernel(body)


def test_comparing_a_pair_both_ways_round_is_no_lock_order_failure(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        a, b = make(kernel, 32, Kind(0x40)), make(kernel, 33, Kind(0x80))
        with vcpu.vgic_cpu.ap_list_lock:
            assert kernel.vgic_irq_cmp(vcpu, a, b) == -kernel.vgic_irq_cmp(vcpu, b, a) != 0
        assert a.irq_lock.owner is None
        assert b.irq_lock.owner is None

    in_kernel(body)


def test_the_list_is_sorted_in_place_and_stays_whole(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    kinds = {
        32: Kind(0x40, active=True, pending=False),
        33: Kind(0x80),
        34: Kind(0x00, elsewhere=True),
        35: Kind(0x80),
        36: Kind(0x10),
    }

    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        enlist(vcpu, *(make(kernel, intid, kind) for intid, kind in kinds.items()))
        with vcpu.vgic_cpu.ap_list_lock:
            kernel.vgic_sort_ap_list(vcpu)
            order = [irq.intid for irq in vcpu.vgic_cpu.ap_list_head.verify()]
        assert order == [36, 33, 35, 32, 34]

    in_kernel(body, nr_vcpus=2)


def test_sorting_without_the_list_lock_is_a_failure(
    failure_in_kernel: Callable[..., Failure],
) -> None:
    failure = failure_in_kernel(lambda kernel: kernel.vgic_sort_ap_list(kernel.kvm.vcpus[0]))
    assert failure.kind == "lock not held"
    assert failure.lock_classes == ("ap_list_lock",)
