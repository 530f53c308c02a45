# SPDX-License-Identifier: GPL-2.0-only
"""Are the SGIs of a GICv2 judged source by source: I9, I10, I22, I29?"""

from collections.abc import Callable

import pytest

from harness import Execution, Failure
from vgic import Mechanism
from vgic.accesses import PEND, SGIR, SGIR_OTHERS, Access
from vgic.data import EDGE, V2
from vgic.data.vcpu import VgicIrq
from vgic.hardware import ListRegister, V2ListRegister
from vgic.judging.edges import Edges
from vgic.judging.loading import best_are_loaded
from vgic.judging.sourced_edges import FromSource, SourcedEdges

InKernel = Callable[..., Execution]
Fails = Callable[..., Failure]


def sgi(kernel: Mechanism) -> VgicIrq:
    return kernel.kvm.add_irq(5, EDGE, 0x80, 0)


TO_VCPU_0 = Access(SGIR, 5, 0b1)


def send(kernel: Mechanism, *senders: int, access: Access = TO_VCPU_0) -> None:
    """Announce that these have sent vCPU 0 an SGI; their threads do so one after the other."""
    for sender in senders:
        kernel.scheduler.current.role = f"vcpu{sender}"
        kernel.trace.accessing(sender, access)
        kernel.trace.accessed(sender, access)
    kernel.scheduler.current.role = "vcpu0"


def of_gicv2(lr: ListRegister) -> V2ListRegister:
    assert isinstance(lr, V2ListRegister)
    return lr


def take(kernel: Mechanism, source: int) -> None:
    """Announce that the guest on vCPU 0 has acknowledged the SGI as one vCPU's."""
    cpuif = kernel.kvm.vcpus[0].cpuif
    lr = of_gicv2(cpuif.lrs[0])
    lr.clear()
    lr.intid, lr.active, lr.source = 5, True, source
    cpuif.ap1r = 1 << 16
    kernel.trace.acknowledged(0, 5)


def end(kernel: Mechanism) -> None:
    cpuif = kernel.kvm.vcpus[0].cpuif
    cpuif.lrs[0].clear()
    cpuif.ap1r = 0
    kernel.trace.ended(0, 5)


def test_each_source_that_is_taken_is_served(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        sgi(kernel)
        send(kernel, 1, 2)
        for source in (1, 2):
            take(kernel, source)
            end(kernel)
        kernel.trace.drained()

    in_kernel(body, nr_vcpus=3, gic=V2)


@pytest.mark.parametrize("access", [Access(SGIR, 5, 0b1), Access(SGIR_OTHERS, 5)], ids=str)
def test_what_one_has_sent_is_not_served_by_anothers(
    failure_in_kernel: Fails, access: Access
) -> None:
    def body(kernel: Mechanism) -> None:
        sgi(kernel)
        send(kernel, 1, 2, access=access)
        take(kernel, 1)
        end(kernel)
        kernel.trace.drained()

    failure = failure_in_kernel(body, nr_vcpus=3, gic=V2)
    assert failure.kind == "I9 lost source"
    assert "sent by vcpu 2" in failure.message


@pytest.mark.parametrize("pending", [True, False])
def test_what_a_guest_masks_may_wait_while_it_is_pending_of_its_sender(
    call: Callable[..., Execution], pending: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = sgi(kernel)
        send(kernel, 2)
        irq.vcpu = kernel.kvm.vcpus[0]
        irq.source = 0b100 if pending else 0b010
        irq.pending_latch = True
        kernel.kvm.vcpus[0].cpuif.vmcr.pmr = 0x40
        kernel.trace.drained()

    execution = call(body, nr_vcpus=3, gic=V2)
    assert ("I9 lost source" in str(execution.outcome)) is not pending


@pytest.mark.parametrize(("sent_by", "explained"), [(1, True), (2, False)])
def test_an_acknowledge_is_explained_by_whom_the_guest_is_told(
    call: Callable[..., Execution], sent_by: int, explained: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        sgi(kernel)
        send(kernel, sent_by)
        take(kernel, 1)

    outcome = str(call(body, nr_vcpus=3, gic=V2).outcome)
    assert ("I10 phantom edge" in outcome) is not explained


def test_one_send_explains_one_acknowledge(failure_in_kernel: Fails) -> None:
    def body(kernel: Mechanism) -> None:
        sgi(kernel)
        send(kernel, 1)
        take(kernel, 1)
        end(kernel)
        take(kernel, 1)

    assert failure_in_kernel(body, nr_vcpus=3, gic=V2).kind == "I10 phantom edge"


def test_software_that_pends_an_sgi_has_sent_nothing(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        sgi(kernel)
        send(kernel, 0, access=Access(PEND, 5))
        kernel.trace.drained()

    in_kernel(body, nr_vcpus=3, gic=V2)


def run_with(kernel: Mechanism, *, pending: bool, active: bool, source: int) -> None:
    """Announce that vCPU 0 enters with an SGI that its guest has taken from vCPU 1."""
    irq = sgi(kernel)
    here = kernel.kvm.vcpus[0]
    send(kernel, 1)
    take(kernel, 1)
    irq.vcpu, irq.on_lr, irq.active, irq.active_source = here, True, active, source
    for lrs in (here.vgic_cpu.vgic_lr, here.cpuif.lrs):
        lr = of_gicv2(lrs[0])
        lr.intid, lr.pending, lr.active, lr.source = 5, pending, active, source
        lr.priority, lr.group = irq.priority, irq.group
    here.vgic_cpu.used_lrs = 1
    kernel.trace.entered(0)


@pytest.mark.parametrize(
    ("pending", "active", "source", "kind"),
    [
        (False, True, 1, ""),
        (False, True, 2, "I29 list register differs"),
        (True, True, 1, "I22 illegal list register"),
    ],
)
def test_an_active_sgi_stays_whose_it_is_and_is_of_one(
    call: Callable[..., Execution], pending: bool, active: bool, source: int, kind: str
) -> None:
    def body(kernel: Mechanism) -> None:
        run_with(kernel, pending=pending, active=active, source=source)

    outcome = str(call(body, nr_vcpus=3, gic=V2).outcome)
    assert kind in outcome
    assert outcome.startswith("Failed") is bool(kind)


def test_a_source_is_in_a_register_only_if_that_is_of_it(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq, here = sgi(kernel), kernel.kvm.vcpus[0]
        irq.vcpu, irq.on_lr = here, True
        lr = of_gicv2(here.vgic_cpu.vgic_lr[0])
        lr.intid, lr.source = 5, 2
        assert [FromSource(irq, source).on_lr for source in (1, 2)] == [False, True]
        assert FromSource(irq, 1).vcpu is here
        irq.on_lr = False
        assert not FromSource(irq, 2).on_lr

    in_kernel(body, nr_vcpus=3, gic=V2)


def test_what_is_no_sgi_is_counted_as_elsewhere(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(40, EDGE, 0x80, 0)
        for edges in (SourcedEdges(kernel.kvm, [-1] * 3, [-1] * 3), Edges([-1] * 3, [-1] * 3)):
            edges.begin(irq)
            edges.end(irq)
            assert [edges.acknowledge(irq) for _ in range(2)] == [True, False]

    in_kernel(body, nr_vcpus=3, gic=V2)


@pytest.mark.parametrize(
    ("priority", "sources", "asks", "left_out"),
    [
        (0x88, 0b110, True, False),
        (0x80, 0b110, True, True),
        (0x78, 0b110, True, True),
        (0x88, 0, True, True),
        (0x88, 0b110, False, True),
    ],
)
def test_an_sgi_with_more_to_come_may_keep_out_what_is_less_urgent(
    call: Callable[..., Execution], priority: int, sources: int, asks: bool, left_out: bool
) -> None:
    """Quirk Q16, and what is none."""

    def body(kernel: Mechanism) -> None:
        irq, here = sgi(kernel), kernel.kvm.vcpus[0]
        other = kernel.kvm.add_irq(40, EDGE, priority, 0)
        irq.vcpu = other.vcpu = here
        irq.on_lr, irq.source = True, sources
        other.pending_latch = True
        lr = of_gicv2(here.vgic_cpu.vgic_lr[0])
        lr.intid, lr.pending, lr.priority, lr.eoi = 5, True, irq.priority, asks
        here.vgic_cpu.used_lrs = 1
        best_are_loaded(kernel.kvm, here, ())

    outcome = str(call(body, gic=V2).outcome)
    assert ("O10 best pending left out" in outcome) is left_out
