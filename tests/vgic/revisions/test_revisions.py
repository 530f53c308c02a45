# SPDX-License-Identifier: GPL-2.0-only
"""Are the generations of the mechanism what their stories say, each with its own mistake?

classic leaves the more urgent outside as long as handlers are open; v1-posted leaves the overflow
ring broken while it is split, which a guest shows that ends more than it may; head-walk deactivates
an interrupt that was acknowledged a moment ago (6.19, mended in March 2026); what came after it
differs in where its cursor stands, and for how long. In which order each enters its guest:
tests/vgic/kernel/test_run.py.
"""

from collections.abc import Callable

import pytest

from harness import Execution, Failed, Failure, Passed, Strategy
from vgic import REVISIONS, Machine, Mechanism, Parameters, Reference
from vgic.data.intids import Config
from vgic.data.program import Program, Pulse
from vgic.data.vcpu import Mode, Vcpu, VgicIrq
from vgic.hardware.list_registers import ListRegister
from vgic.parameters import Irq

RunMachine = Callable[..., tuple[Execution, Machine]]
POSTED = REVISIONS["v1-posted"].cls
HEAD_WALK = REVISIONS["head-walk"].cls


def flushed_with_overflow(kernel: Mechanism, enlist: Callable[..., None]) -> Vcpu:
    """Flush four pending interrupts into two list registers."""
    vcpu = kernel.kvm.vcpus[0]
    for intid in (32, 33, 34, 35):
        irq = kernel.kvm.add_irq(intid, Config.EDGE, 0x80, 0)
        irq.pending_latch = True
        enlist(vcpu, irq)
    kernel.trace.flushing(vcpu.vcpu_id)
    kernel.kvm_vgic_flush_hwstate(vcpu)
    return vcpu


def test_the_posted_split_breaks_the_overflow_ring_and_is_not_blamed_for_that_alone(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        for vcpu in kernel.kvm.vcpus:
            vcpu.vgic_cpu.ap_list_head.on_add = None
        vgic_cpu = flushed_with_overflow(kernel, enlist).vgic_cpu
        assert vgic_cpu.overflow_ap_list_head.prev.next is vgic_cpu.ap_list_head

    in_kernel(body, kernel=POSTED, nr_lr=2, watched=True)


def test_the_posted_overflow_runs_on_into_the_ap_list(
    failure_in_kernel: Callable[..., Failure], enlist: Callable[..., None]
) -> None:
    walked: list[int] = []

    def body(kernel: Mechanism) -> None:
        vcpu = flushed_with_overflow(kernel, enlist)
        walk = vcpu.vgic_cpu.overflow_ap_list_head.entries()
        while True:
            walked.append(next(walk).intid)

    failure = failure_in_kernel(body, kernel=POSTED, nr_lr=2)
    assert failure.kind == "list corruption"
    assert "ap_list_head[vcpu 0] for an entry: a list head" in failure.message
    assert walked == [34, 35]


def test_with_the_rings_unchecked_the_splice_repairs_what_the_posted_split_broke(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = flushed_with_overflow(kernel, enlist)
        kernel.kvm_vgic_sync_hwstate(vcpu)
        ring = vcpu.vgic_cpu.ap_list_head.verify()
        assert [irq.intid for irq in ring] == [32, 33, 34, 35]
        assert vcpu.vgic_cpu.overflow_ap_list_head.empty

    in_kernel(body, kernel=POSTED, nr_lr=2)


def test_v1_gives_both_lists_a_ring_of_their_own(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        vgic_cpu = flushed_with_overflow(kernel, enlist).vgic_cpu
        assert [irq.intid for irq in vgic_cpu.ap_list_head.verify()] == [32, 33]
        assert [irq.intid for irq in vgic_cpu.overflow_ap_list_head.verify()] == [34, 35]

    in_kernel(body, nr_lr=2)


def test_head_walk_keeps_one_list(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        vgic_cpu = flushed_with_overflow(kernel, enlist).vgic_cpu
        assert [irq.intid for irq in vgic_cpu.ap_list_head.verify()] == [32, 33, 34, 35]
        assert vgic_cpu.overflow_ap_list_head.empty

    in_kernel(body, kernel=HEAD_WALK, nr_lr=2)


MARCH_2026 = Parameters(
    nr_lr=2,
    irqs=(
        Irq(32, Config.EDGE, 0x80, 0),
        Irq(33, Config.EDGE, 0x40, 0),
        Irq(34, Config.EDGE, 0xC0, 0),
    ),
    # Acknowledges 32; then 33, ends both, of which 32 is outside by then, and acknowledges 34
    # before the maintenance interrupt that 32 has raised arrives.
    guests=(Program.spelled("an" + "aeeannnn", (0, 4)),),
    devices=(tuple(Pulse(intid, level=True, pause=0) for intid in (32, 33, 34)),),
)
IN_THIS_ORDER = (
    ("start", "start", "dev0"),
    ("dev0", "lock irq_lock[spi 33]", "vcpu0"),
    ("vcpu0", "work vcpu 0", "dev0"),
)


def victim_of_the_walk(execution: Execution) -> str:
    assert isinstance(execution.outcome, Failed), execution.outcome
    return f"{execution.outcome.failure.kind}: {execution.outcome.failure.message}"


def test_head_walk_deactivates_what_was_just_acknowledged(
    run_machine: RunMachine, script: Callable[..., Strategy]
) -> None:
    """The March 2026 bug: a slow maintenance interrupt and a walk from the head of the list."""
    execution, machine = run_machine(MARCH_2026, kernel=HEAD_WALK, strategy=script(*IN_THIS_ORDER))
    said = victim_of_the_walk(execution)
    assert said.startswith("I13 ")
    ended, acknowledged = machine.kvm.irqs[0], machine.kvm.irqs[2]
    assert machine.guests[0].handlers.stack == [34]
    assert (ended.active, acknowledged.active) == (True, False)


def test_v1_deactivates_what_was_ended_on_the_same_schedule(
    run_machine: RunMachine, script: Callable[..., Strategy]
) -> None:
    execution, machine = run_machine(MARCH_2026, strategy=script(*IN_THIS_ORDER))
    assert isinstance(execution.outcome, Passed), execution.outcome
    assert {"split", "eoicount"} <= machine.windows


@pytest.mark.parametrize("revision", REVISIONS)
def test_who_halts_a_vcpu_sees_it_inside_while_its_list_registers_are_filled_and_folded(
    run_machine: RunMachine, revision: str
) -> None:
    """From 7.3.4 on for both, since the end of September 2026 for the fold."""
    filling, folding = set[Mode](), set[Mode]()

    class Looking(Reference):
        def vgic_v3_populate_lr(self, vcpu: Vcpu, irq: VgicIrq, lr: int) -> None:
            filling.add(vcpu.mode.value)
            super().vgic_v3_populate_lr(vcpu, irq, lr)

        def vgic_v3_fold_lr(self, vcpu: Vcpu, lr: ListRegister) -> None:
            folding.add(vcpu.mode.value)
            super().vgic_v3_fold_lr(vcpu, lr)

    kernel = type("LookingAt", (Looking, REVISIONS[revision].cls), {})
    execution, _ = run_machine(MARCH_2026._replace(nr_lr=4), kernel=kernel)
    assert isinstance(execution.outcome, Passed)
    outside = Mode.OUTSIDE_GUEST_MODE
    assert (outside in filling) is (revision not in ("reference", "linux-7.3"))
    assert (outside in folding) is (revision not in ("reference", "halting", "linux-7.3"))
