# SPDX-License-Identifier: GPL-2.0-only
"""When is a guest's write of DIR trapped, and how are shared interrupts in flight counted for that?

The reference always traps it. Shipped generations go by the summary and by a count: up with each
shared interrupt that is listed, down with each level that one exit has found active and a later one
has not. The first makes every vCPU come in anew.
"""

from collections.abc import Callable

import pytest

from harness import Execution
from vgic import REVISIONS, Mechanism, Reference
from vgic.composition import compose
from vgic.data import EDGE, KVM_REQ_IRQ_PENDING, LEVEL, Config, Mode, VgicIrq
from vgic.hardware import PLAIN, ListRegister
from vgic.kernel import ApListSummary

InKernel = Callable[..., Execution]

PENDING = 1 << KVM_REQ_IRQ_PENDING
POSTED = REVISIONS["v1-posted"].cls
SHIPPED = REVISIONS["linux-7.3"].cls
COUNTING = [POSTED, SHIPPED, compose(Reference, ["spis_miscounted", "ends_unheard"])]
"""The count goes by the ends that the host hears of; in shipped kernels not by all."""

NOTHING = ApListSummary(0, 0, 2)
FITS = ApListSummary(1, 1, 2)
PENDING_OUTSIDE = ApListSummary(3, 0, 2)
ACTIVE_OUTSIDE = ApListSummary(2, 1, 2)


def on_cpus(kernel: Mechanism, *, has_tdir: bool) -> None:
    kernel.kvm.implementation = PLAIN._replace(has_tdir=has_tdir)


def traps(kernel: Mechanism, summary: ApListSummary) -> bool:
    """Flush with this summary; tell whether DIR is trapped."""
    vcpu = kernel.kvm.vcpus[0]
    with vcpu.vgic_cpu.ap_list_lock:
        kernel.vgic_v3_configure_hcr(vcpu, summary)
    return vcpu.vgic_cpu.vgic_hcr.tdir


def count(kernel: Mechanism) -> int:
    return kernel.kvm.dist.active_spis.value


def queue(kernel: Mechanism, irq: VgicIrq) -> list[bool]:
    """Queue an interrupt while every vCPU is in its guest; return which are told."""
    for vcpu in kernel.kvm.vcpus:
        vcpu.mode.value = Mode.IN_GUEST_MODE
        vcpu.requests.bits = 0
    irq.pending_latch = True
    kernel.vgic_queue_irq_unlock(irq, irq.irq_lock.lock_irqsave())
    return [bool(vcpu.requests.bits & PENDING) for vcpu in kernel.kvm.vcpus]


@pytest.mark.parametrize("has_tdir", [False, True])
@pytest.mark.parametrize("in_flight", [0, 1])
@pytest.mark.parametrize("summary", [NOTHING, FITS, PENDING_OUTSIDE, ACTIVE_OUTSIDE], ids=str)
@pytest.mark.parametrize(
    ("kernel", "without_tdir", "counts"),
    [
        (SHIPPED, True, True),
        (POSTED, False, True),
        (compose(Reference, ["dir_traps_itself_only"]), True, False),
    ],
)
def test_it_is_trapped_for_what_is_active_outside_and_for_shared_ones_in_flight(
    in_kernel: InKernel,
    kernel: type[Mechanism],
    without_tdir: bool,
    counts: bool,
    summary: ApListSummary,
    in_flight: int,
    has_tdir: bool,
) -> None:
    def body(built: Mechanism) -> None:
        on_cpus(built, has_tdir=has_tdir)
        built.kvm.dist.active_spis.value = in_flight
        wanted = summary is ACTIVE_OUTSIDE or (counts and in_flight > 0)
        assert traps(built, summary) is (wanted if has_tdir else without_tdir)

    in_kernel(body, kernel=kernel)


@pytest.mark.parametrize("has_tdir", [False, True])
@pytest.mark.parametrize("summary", [NOTHING, ACTIVE_OUTSIDE], ids=str)
def test_the_reference_always_traps_it_and_classic_never_does(
    in_kernel: InKernel, summary: ApListSummary, has_tdir: bool
) -> None:
    for kernel, always in ((Reference, True), (REVISIONS["classic"].cls, False)):

        def body(built: Mechanism, always: bool = always) -> None:
            on_cpus(built, has_tdir=has_tdir)
            assert traps(built, summary) is always

        in_kernel(body, kernel=kernel)


@pytest.mark.parametrize("kernel", COUNTING)
@pytest.mark.parametrize("has_tdir", [False, True])
def test_the_first_that_is_listed_makes_every_vcpu_come_in_anew(
    in_kernel: InKernel, kernel: type[Mechanism], has_tdir: bool
) -> None:
    def body(built: Mechanism) -> None:
        on_cpus(built, has_tdir=has_tdir)
        first, second = (built.kvm.add_irq(intid, EDGE, 0x80, 1) for intid in (32, 33))
        assert queue(built, first) == [has_tdir, True, has_tdir]
        assert count(built) == has_tdir
        assert queue(built, second) == [False, True, False]
        assert count(built) == 2 * has_tdir
        assert queue(built, second) == [False, True, False], "it is listed already"
        assert count(built) == 2 * has_tdir

    in_kernel(body, kernel=kernel, nr_vcpus=3, irqs_off=False)


@pytest.mark.parametrize("kernel", [*COUNTING, Reference])
def test_private_ones_are_not_counted_and_the_reference_counts_none(
    in_kernel: InKernel, kernel: type[Mechanism]
) -> None:
    def body(built: Mechanism) -> None:
        on_cpus(built, has_tdir=True)
        intid = 32 if kernel is Reference else 16
        assert queue(built, built.kvm.add_irq(intid, LEVEL, 0x80, 1)) == [False, True]
        assert count(built) == 0

    in_kernel(body, kernel=kernel, nr_vcpus=2)


@pytest.mark.parametrize("kernel", COUNTING)
@pytest.mark.parametrize(
    ("intid", "config", "was_active", "lr", "has_tdir", "taken"),
    [
        (32, LEVEL, True, ListRegister(32, eoi=True), True, 1),
        (32, LEVEL, True, ListRegister(32, eoi=True), False, 0),
        (32, LEVEL, False, ListRegister(32, eoi=True), True, 0),
        (32, LEVEL, True, ListRegister(32, active=True, eoi=True), True, 0),
        (32, LEVEL, True, ListRegister(32, pending=True, eoi=True), True, 0),
        (32, EDGE, True, ListRegister(32), True, 0),
        (16, LEVEL, True, ListRegister(16, eoi=True), True, 0),
    ],
)
def test_a_level_that_an_earlier_exit_has_found_active_is_taken_off_when_it_is_not(
    in_kernel: InKernel,
    kernel: type[Mechanism],
    intid: int,
    config: Config,
    was_active: bool,
    lr: ListRegister,
    has_tdir: bool,
    taken: int,
) -> None:
    """So one that is acknowledged and ended between two exits is not, nor is any edge."""

    def body(built: Mechanism) -> None:
        on_cpus(built, has_tdir=has_tdir)
        irq = built.kvm.add_irq(intid, config, 0x80, 0)
        irq.active, irq.on_lr, irq.vcpu = was_active, True, built.kvm.vcpus[0]
        built.kvm.dist.active_spis.value = 2
        built.vgic_v3_fold_lr(built.kvm.vcpus[0], lr)
        assert count(built) == 2 - taken

    in_kernel(body, kernel=kernel)


@pytest.mark.parametrize("was_active", [False, True])
def test_where_the_host_hears_of_every_end_each_is_taken_off(
    in_kernel: InKernel, was_active: bool
) -> None:
    def body(built: Mechanism) -> None:
        on_cpus(built, has_tdir=True)
        irq = built.kvm.add_irq(32, LEVEL, 0x80, 0, resampled=True)
        irq.active, irq.on_lr, irq.vcpu = was_active, True, built.kvm.vcpus[0]
        irq.line_level = True
        built.kvm.dist.active_spis.value = 2
        built.vgic_v3_fold_lr(built.kvm.vcpus[0], ListRegister(32, eoi=True))
        assert count(built) == 1
        assert not irq.line_level, "and its device is heard as well"

    in_kernel(body, kernel=compose(Reference, ["spis_miscounted"]))


def test_the_count_is_never_below_nothing(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        on_cpus(kernel, has_tdir=True)
        irq = kernel.kvm.add_irq(32, LEVEL, 0x80, 0)
        kernel.was_deactivated(irq)
        assert count(kernel) == 0
        queue(kernel, irq)
        assert count(kernel) == 1

    in_kernel(body, kernel=SHIPPED)
