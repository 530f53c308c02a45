# SPDX-License-Identifier: GPL-2.0-only
"""Step by step: whom does each generation leave outside, and to whom does it account an end?"""

from collections.abc import Callable, Sequence

import pytest

from harness import Execution, Failed, Failure, Passed
from harness.engine.trace import entry_text
from vgic import REVISIONS, Machine, Mechanism, Parameters, Reference
from vgic.data.intids import Config
from vgic.data.program import Program, Pulse
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.parameters import Irq

Enlist = Callable[..., None]
InKernel = Callable[..., Execution]
RunMachine = Callable[..., tuple[Execution, Machine]]

CLASSIC, POSTED = REVISIONS["classic"].cls, REVISIONS["v1-posted"].cls
CURSORS = ("last-lr", "last-lr-ref", "halting", "linux-7.3")
NO_CURSOR = tuple(name for name in REVISIONS if name not in CURSORS)
ONLY_WHEN_FULL = CURSORS[1:]


def listed(
    kernel: Mechanism, enlist: Enlist, priorities: Sequence[int], *, active: Sequence[int] = ()
) -> Vcpu:
    """List interrupts from 32 on, in this order; those named are active, all others pending."""
    vcpu = kernel.kvm.vcpus[0]
    for intid, priority in enumerate(priorities, start=32):
        irq = kernel.kvm.add_irq(intid, Config.EDGE, priority, 0)
        irq.active = intid in active
        irq.pending_latch = not irq.active
        enlist(vcpu, irq)
    return vcpu


def loaded(vcpu: Vcpu) -> list[int]:
    return [lr.intid for lr in vcpu.vgic_cpu.vgic_lr[: vcpu.vgic_cpu.used_lrs]]


@pytest.mark.parametrize(
    ("kernel", "expected"), [(CLASSIC, {32, 33}), (Reference, {34, 32})], ids=["classic", "v1"]
)
def test_open_handlers_keep_the_more_urgent_out_of_classics_list_registers(
    kernel: type[Mechanism], expected: set[int], in_kernel: InKernel, enlist: Enlist
) -> None:
    """B1: it is outside for as long as they are open, and they may wait for it."""

    def body(built: Mechanism) -> None:
        vcpu = listed(built, enlist, (0x80, 0xA0, 0x20), active=(32, 33))
        for _ in range(3):
            built.kvm_vgic_flush_hwstate(vcpu)
            assert set(loaded(vcpu)) == expected
            built.kvm_vgic_sync_hwstate(vcpu)

    in_kernel(body, kernel=kernel, nr_lr=2)


@pytest.mark.parametrize(
    ("kernel", "order"), [(CLASSIC, 0), (Reference, -1)], ids=["classic", "v1"]
)
def test_classic_compares_two_active_ones_as_equal(
    kernel: type[Mechanism], order: int, in_kernel: InKernel, enlist: Enlist
) -> None:
    def body(built: Mechanism) -> None:
        vcpu = listed(built, enlist, (0x20, 0x80, 0x40, 0x60), active=(32, 33))
        urgent, late, pending, later = built.kvm.irqs
        with vcpu.vgic_cpu.ap_list_lock:
            assert built.vgic_irq_cmp(vcpu, urgent, late) == order
            assert built.vgic_irq_cmp(vcpu, late, urgent) == -order
            assert built.vgic_irq_cmp(vcpu, pending, later) == -1
            assert (built.vgic_irq_cmp(vcpu, late, pending) == -1) is (kernel is CLASSIC)

    in_kernel(body, kernel=kernel)


def test_classic_comes_back_for_an_underflow_and_for_nothing_else(
    in_kernel: InKernel, enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        hcr = listed(kernel, enlist, (0x80,) * 3, active=(32,)).vgic_cpu.vgic_hcr
        kernel.kvm_vgic_flush_hwstate(kernel.kvm.vcpus[0])
        assert (hcr.uie, hcr.npie, hcr.lrenpie) == (True, False, False)

    in_kernel(body, kernel=CLASSIC, nr_lr=2)
    with pytest.raises(AssertionError, match="assert"):
        in_kernel(body, nr_lr=2)


def locked(execution: Execution) -> set[str]:
    """Return the names of the locks that were taken."""
    return {
        entry_text(entry).removeprefix("lock ")
        for entry in execution.trace
        if entry_text(entry).startswith("lock ")
    }


def test_classic_takes_no_lock_where_nothing_is_listed(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        kernel.kvm_vgic_flush_hwstate(kernel.kvm.vcpus[0])
        kernel.kvm_vgic_sync_hwstate(kernel.kvm.vcpus[0])

    assert not locked(in_kernel(body, kernel=CLASSIC))
    assert "ap_list_lock[vcpu 0]" in locked(in_kernel(body))


@pytest.mark.parametrize(("kernel", "fails"), [(POSTED, True), (Reference, False)])
@pytest.mark.parametrize("ends", [1, 2])
def test_more_ends_than_the_posted_overflow_has_lead_to_a_list_head(
    kernel: type[Mechanism], fails: bool, ends: int, call: InKernel, enlist: Enlist
) -> None:
    """B11: an end less and the walk stops before it looks at what it takes for an interrupt."""

    def body(built: Mechanism) -> None:
        vcpu = listed(built, enlist, (0x20, 0x40, 0x80), active=(34,))
        built.kvm_vgic_flush_hwstate(vcpu)
        vcpu.vgic_cpu.vgic_hcr.eoicount = ends
        built.vgic_v3_fold_lr_state(vcpu)
        assert not built.kvm.irqs[2].active

    outcome = call(body, kernel=kernel, nr_lr=2).outcome
    assert isinstance(outcome, Failed) is (fails and ends == 2)
    if isinstance(outcome, Failed):
        assert "ap_list_head[vcpu 0] for an entry: a list head" in outcome.failure.message


NESTED = Parameters(
    nr_lr=1,
    irqs=tuple(Irq(32 + n, Config.EDGE, 0xA0 - 0x20 * n, 0) for n in range(3)),
    guests=(Program.spelled("anananeee", (0, 2)),),
    devices=(tuple(Pulse(intid, level=True, pause=1) for intid in (32, 33, 34)),),
)


def test_an_honest_guest_never_meets_the_broken_ring_and_another_does(
    run_machine: RunMachine, first_failure: Callable[..., Failure | None]
) -> None:
    execution, machine = run_machine(NESTED, kernel=POSTED)
    assert isinstance(execution.outcome, Passed), execution.outcome
    assert {"split", "eoicount"} <= machine.windows
    failure = first_failure(POSTED, "misbehaving_guest", 300)
    assert failure is not None
    assert failure.signature == "list corruption in vgic_v3_fold_lr_state"


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("nr_lr", [2, 3])
def test_a_cursor_stands_at_the_last_list_register_s_interrupt_until_the_prune(
    revision: str, nr_lr: int, in_kernel: InKernel, enlist: Enlist
) -> None:
    """The first sets it for each and lets it stand; later ones set it if all are filled."""

    def body(kernel: Mechanism) -> None:
        vcpu = listed(kernel, enlist, (0x20, 0x40))
        kernel.kvm_vgic_flush_hwstate(vcpu)
        is_full = nr_lr == 2
        sets_it = revision in CURSORS and (is_full or revision not in ONLY_WHEN_FULL)
        assert vcpu.cpu.last_lr_irq is (kernel.kvm.irqs[1] if sets_it else None)
        kernel.kvm_vgic_sync_hwstate(vcpu)
        keeps_it = sets_it and revision not in ONLY_WHEN_FULL
        assert (vcpu.cpu.last_lr_irq is not None) is keeps_it

    in_kernel(body, kernel=REVISIONS[revision].cls, nr_lr=nr_lr)


def test_a_cursor_that_stays_is_forgotten_by_the_next_flush(
    in_kernel: InKernel, enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = listed(kernel, enlist, (0x20,))
        vcpu.cpu.last_lr_irq = kernel.kvm.irqs[0]
        kernel.kvm.irqs[0].pending_latch = False
        kernel.kvm_vgic_flush_hwstate(vcpu)
        assert vcpu.cpu.last_lr_irq is None

    in_kernel(body, kernel=REVISIONS["last-lr"].cls)


@pytest.mark.parametrize(
    ("revision", "victim"),
    [
        *((name, 34) for name in ("reference", "v1-posted", *CURSORS)),
        ("head-walk", 32),
        ("classic", 0),
    ],
)
def test_an_end_is_accounted_to_what_has_missed_the_list_registers_or_to_the_first_of_all(
    revision: str, victim: int, in_kernel: InKernel, enlist: Enlist
) -> None:
    """32 was acknowledged in its list register after 34, which is outside, had been ended."""

    def body(kernel: Mechanism) -> None:
        vcpu = listed(kernel, enlist, (0x20, 0x40, 0x80), active=(34,))
        with vcpu.vgic_cpu.ap_list_lock:
            kernel.vgic_flush_lr_state(vcpu)
        first = vcpu.vgic_cpu.vgic_lr[0]
        first.pending, first.active = False, True
        vcpu.vgic_cpu.vgic_hcr.eoicount = 1
        before = active(kernel.kvm.irqs) | {first.intid}
        kernel.vgic_v3_fold_lr_state(vcpu)
        assert before - active(kernel.kvm.irqs) == ({victim} if victim else set())

    in_kernel(body, kernel=REVISIONS[revision].cls, nr_lr=2)


def active(irqs: Sequence[VgicIrq]) -> set[int]:
    return {irq.intid for irq in irqs if irq.active}
