# SPDX-License-Identifier: GPL-2.0-only
"""Step by step: what goes wrong in each generation with LPIs that another vCPU disables?

A guest runs with an LPI in its list register, or another put aside, or its prune has let go of all
locks; meanwhile its LPIs are disabled. B3, B12, B13 and B23 of the reports.
"""

from collections.abc import Callable

import pytest

from harness import Execution, Failed, Failure, Passed, local_irq_disable, local_irq_enable
from vgic import REVISIONS, Mechanism
from vgic.data import EDGE, FIRST_LPI
from vgic.data.vcpu import Lpi, Vcpu, VgicIrq

Call = Callable[..., Execution]
EVENT = FIRST_LPI
CURSORS = ("last-lr", "last-lr-ref", "linux-7.3")


def lpi(kernel: Mechanism, priority: int = 0x40) -> Lpi:
    """Send the next event, whose LPI goes to vCPU 0."""
    irq = kernel.kvm.add_irq(EVENT + len(kernel.kvm.irqs), EDGE, priority, 0)
    kernel.vgic_its_inject_msi(irq.intid)
    assert isinstance(irq, Lpi)
    return irq


def flush(kernel: Mechanism) -> Vcpu:
    """Have vCPU 0 fill its list registers, as it enters its guest."""
    vcpu = kernel.kvm.vcpus[0]
    local_irq_disable(kernel.scheduler)
    kernel.kvm_vgic_flush_hwstate(vcpu)
    local_irq_enable(kernel.scheduler)
    return vcpu


def disable(kernel: Mechanism) -> None:
    """Disable the LPIs of vCPU 0, as a guest on another does; it is not halted in time."""
    kernel.vgic_flush_pending_lpis(kernel.kvm.vcpus[0])


def sync(kernel: Mechanism, vcpu: Vcpu) -> None:
    local_irq_disable(kernel.scheduler)
    kernel.kvm_vgic_sync_hwstate(vcpu)
    local_irq_enable(kernel.scheduler)


def kind(execution: Execution) -> str:
    """Return what has failed, "" if nothing has."""
    outcome = execution.outcome
    if isinstance(outcome, Failed):
        failure: Failure = outcome.failure
        return failure.kind
    assert isinstance(outcome, Passed)
    return ""


@pytest.mark.parametrize("revision", REVISIONS)
def test_what_is_put_aside_is_not_found(revision: str, call: Call) -> None:
    """B12: where there is a list of its own for it; what is on the one list is found."""

    def body(kernel: Mechanism) -> None:
        first, second = lpi(kernel, 0x20), lpi(kernel)
        vcpu = flush(kernel)
        disable(kernel)
        assert first.vcpu is None
        assert (second.vcpu is vcpu) is (revision in ("reference", "v1-posted"))

    assert not kind(call(body, nr_lr=1, irqs_off=False, kernel=REVISIONS[revision].cls))


@pytest.mark.parametrize("freed", [False, True])
@pytest.mark.parametrize("ends", [0, 1])
@pytest.mark.parametrize("revision", CURSORS)
def test_a_cursor_leads_astray_when_its_lpi_is_taken_off(
    revision: str, ends: int, freed: bool, call: Call
) -> None:
    """B3: without a reference it is in freed memory, and with one its link is poisoned."""

    def body(kernel: Mechanism) -> None:
        irq = lpi(kernel)
        spi = kernel.kvm.add_irq(32, EDGE, 0x80, 0)
        kernel.kvm_vgic_inject_irq(None, 32, level=True)
        spi.active = True
        vcpu = flush(kernel)
        assert vcpu.cpu.last_lr_irq is irq
        if freed:
            kernel.vgic_its_cmd_handle_discard(irq.intid)
        disable(kernel)
        vcpu.cpuif.hcr.eoicount = ends
        sync(kernel, vcpu)

    found = kind(call(body, nr_lr=1, irqs_off=False, kernel=REVISIONS[revision].cls))
    if freed and revision == "last-lr":
        assert found == "use after free"
    else:
        assert found == ("list corruption" if ends else "")


def moving(revision: str, meanwhile: Callable[[Mechanism, VgicIrq], None]) -> type[Mechanism]:
    """Return a revision in whose prune something happens while it holds no lock."""

    class Interferes(REVISIONS[revision].cls):  # type: ignore[misc]  # a base that is a value
        def migrate_irq(self, vcpu: Vcpu, irq: VgicIrq, target: Vcpu) -> bool:
            meanwhile(self, irq)
            moved: bool = super().migrate_irq(vcpu, irq, target)
            return moved

    return Interferes


def prune_while(meanwhile: Callable[[Mechanism, VgicIrq], None], revision: str, call: Call) -> str:
    """Have vCPU 0 move an LPI to vCPU 1 while something happens."""

    def body(kernel: Mechanism) -> None:
        irq, (vcpu, target) = lpi(kernel), kernel.kvm.vcpus
        irq.target_vcpu = target
        local_irq_disable(kernel.scheduler)
        kernel.vgic_prune_ap_list(vcpu)
        local_irq_enable(kernel.scheduler)

    kernel = moving(revision, meanwhile)
    return kind(call(body, nr_vcpus=2, irqs_off=False, kernel=kernel))


@pytest.mark.parametrize("revision", REVISIONS)
def test_prune_takes_off_what_has_been_taken_off(revision: str, call: Call) -> None:
    """B13: where it asks the oracle alone, if the LPI is pending still, or again."""

    def meanwhile(kernel: Mechanism, irq: VgicIrq) -> None:
        kernel.vgic_flush_pending_lpis(kernel.kvm.vcpus[0])
        irq.pending_latch = True

    twice = revision in ("classic", "v1-posted", "head-walk", "last-lr")
    assert prune_while(meanwhile, revision, call) == ("list corruption" if twice else "")


@pytest.mark.parametrize("revision", REVISIONS)
def test_prune_goes_by_what_has_been_freed(revision: str, call: Call) -> None:
    """Where it has no reference of its own."""

    def meanwhile(kernel: Mechanism, irq: VgicIrq) -> None:
        ite = kernel.kvm.dist.lpis.events.pop(irq.intid)  # type: ignore[union-attr]  # there is one
        kernel.vgic_put_irq(ite.irq)
        kernel.vgic_its_invalidate_cache()
        kernel.vgic_flush_pending_lpis(kernel.kvm.vcpus[0])

    unheld = revision in ("classic", "v1-posted", "head-walk")
    assert prune_while(meanwhile, revision, call) == ("use after free" if unheld else "")


@pytest.mark.parametrize("revision", REVISIONS)
def test_one_lpi_gets_into_two_list_registers(revision: str, call: Call) -> None:
    """B23: sent to another vCPU while the first has its copy; where nobody halts that one."""

    def body(kernel: Mechanism) -> None:
        irq, (_, other) = lpi(kernel), kernel.kvm.vcpus
        flush(kernel)
        disable(kernel)
        assert irq.on_lr
        kernel.vgic_its_cmd_handle_movi(irq.intid, other)
        kernel.vgic_its_inject_msi(irq.intid)
        local_irq_disable(kernel.scheduler)
        kernel.kvm_vgic_flush_hwstate(other)

    assert kind(call(body, nr_vcpus=2, irqs_off=False, kernel=REVISIONS[revision].cls)) == "warning"


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_fold_brings_back_what_was_taken_off(revision: str, call: Call) -> None:
    """It is pending then, and on no list, unless a list that is empty is not folded at all."""

    def body(kernel: Mechanism) -> None:
        irq = lpi(kernel)
        vcpu = flush(kernel)
        disable(kernel)
        sync(kernel, vcpu)
        unfolded = revision == "classic"
        assert (irq.pending_latch, irq.vcpu) == (not unfolded, None)
        assert irq.on_lr is unfolded

    assert not kind(call(body, irqs_off=False, kernel=REVISIONS[revision].cls))
