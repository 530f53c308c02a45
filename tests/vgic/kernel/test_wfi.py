# SPDX-License-Identifier: GPL-2.0-only
"""Does a vCPU sleep exactly as long as there is nothing for its guest, and is it always woken?"""

from collections.abc import Callable

import pytest

from harness import Execution, Failed, Failure, Passed, Strategy
from harness.primitives import preempt_disable
from vgic import BUGS, Irq, Machine, Mechanism, Parameters, Reference
from vgic.accesses import DISABLE, Access
from vgic.data import EDGE, Program, Pulse, Vcpu, VgicIrq

RunMachine = Callable[..., tuple[Execution, Machine]]
Script = Callable[..., Strategy]


def machine(letters: str, *pulses: Pulse, accesses: tuple[Access, ...] = ()) -> Parameters:
    """Return a guest on one list register, and a device that sends its only interrupt."""
    return Parameters(
        nr_lr=1,
        irqs=(Irq(32, EDGE, 0x80, 0),),
        guests=(Program.spelled(letters, (0,), accesses),),
        devices=(pulses,),
    )


def pending_on(kernel: Mechanism) -> tuple[Vcpu, VgicIrq]:
    """Return a vCPU, and an interrupt that is pending for it and on no list yet."""
    irq = kernel.kvm.add_irq(32, EDGE, 0x80, 0)
    irq.pending_latch = True
    return kernel.kvm.vcpus[0], irq


EDGE_32 = Pulse(32, level=True, pause=0)
FLUSHES = PRUNES = ("vcpu0", "lock ap_list_lock[vcpu 0]", "vcpu0")
SLEEPER = machine("wae", EDGE_32)


@pytest.mark.parametrize(
    ("says", "pending"),
    [
        ({}, True),
        ({"pending_latch": False}, False),
        ({"enabled": False}, False),
        ({"active": True}, False),
        ({"priority": 0xF8}, False),
        ({"group": 0}, True),
        ({"target_vcpu": None}, True),
    ],
)
def test_what_is_pending_enabled_not_active_and_let_in_wakes_wherever_it_is_routed(
    says: dict[str, object],
    pending: bool,
    in_kernel: Callable[..., Execution],
    enlist: Callable[..., None],
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu, irq = pending_on(kernel)
        vcpu.cpuif.vmcr.group_enabled = (False, False)
        for name, value in says.items():
            setattr(irq, name, value)
        enlist(vcpu, irq)
        kernel.kvm_vgic_put(vcpu)
        assert kernel.kvm_vgic_vcpu_pending_irq(vcpu) is pending
        assert kernel.kvm_arch_vcpu_runnable(vcpu) is pending
        vcpu.pause.value = 1
        assert kernel.kvm_arch_vcpu_runnable(vcpu) is False
        kernel.kvm.dist.enabled = False
        assert kernel.kvm_vgic_vcpu_pending_irq(vcpu) is False

    in_kernel(body)


def test_the_mask_is_that_of_the_last_put(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu, irq = pending_on(kernel)
        enlist(vcpu, irq)
        vcpu.cpuif.vmcr.pmr = 0x80
        kernel.kvm_vgic_put(vcpu)
        vcpu.cpuif.vmcr.pmr = 0xF8
        assert kernel.kvm_vgic_vcpu_pending_irq(vcpu) is False
        kernel.kvm_vgic_put(vcpu)
        assert kernel.kvm_vgic_vcpu_pending_irq(vcpu) is True

    in_kernel(body)


def test_what_is_on_the_overflow_list_is_not_looked_at(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu, irq = pending_on(kernel)
        enlist(vcpu, irq, overflow=True)
        kernel.kvm_vgic_put(vcpu)
        assert kernel.kvm_vgic_vcpu_pending_irq(vcpu) is False

    in_kernel(body)


@pytest.mark.parametrize(
    "cue",
    [
        (),
        (("vcpu0", "prepare_to_wait wait[vcpu 0]", "dev0"),),
        (("vcpu0", "read pause[vcpu 0]", "dev0"),),
        (FLUSHES, PRUNES, ("vcpu0", "lock ap_list_lock[vcpu 0]", "dev0")),
        (("vcpu0", "work vcpu 0", "dev0"),),
    ],
)
def test_whoever_comes_while_it_lies_down_is_served(
    cue: tuple[tuple[str, str, str], ...],
    run_machine: RunMachine,
    script: Script,
    operations: Callable[[Execution], list[str]],
) -> None:
    execution, ran = run_machine(SLEEPER, strategy=script(*cue))
    assert execution.outcome == Passed()
    story = operations(execution)
    assert any("guest acknowledges 32" in line for line in story)
    assert "wait" in ran.windows
    signalled = any("every vCPU that sleeps is given a signal" in line for line in story)
    assert not signalled, "it was woken, or had no need to sleep"


def test_who_sleeps_is_woken_and_not_interrupted(
    run_machine: RunMachine, operations: Callable[[Execution], list[str]]
) -> None:
    execution, ran = run_machine(SLEEPER)
    story = operations(execution)
    assert "dev0: wake_up wait[vcpu 0]" in story
    assert "dev0: send ipi[vcpu 0]" not in story
    assert "wake_up" in ran.windows


def test_a_guest_that_has_something_to_take_does_not_exit(
    run_machine: RunMachine, script: Script
) -> None:
    served_first = script(("start", "start", "dev0"))
    execution, ran = run_machine(SLEEPER, strategy=served_first)
    assert execution.outcome == Passed()
    assert "wait" not in ran.windows


def test_nobody_need_come(
    run_machine: RunMachine, operations: Callable[[Execution], list[str]]
) -> None:
    execution, ran = run_machine(machine("wnwwn"))
    assert execution.outcome == Passed()
    assert ran.kvm.stopping
    story = operations(execution)
    assert sum("is given a signal" in line for line in story) == 3
    assert story.count("vcpu0: work vcpu 0") == 5, "the program goes on behind"


def test_what_is_withdrawn_while_it_lies_down_lets_it_sleep_on(run_machine: RunMachine) -> None:
    execution, _ = run_machine(machine("mwae", EDGE_32, accesses=(Access(DISABLE, 32),)))
    assert execution.outcome == Passed()


def failure_of(execution: Execution) -> Failure:
    assert isinstance(execution.outcome, Failed), execution.outcome
    return execution.outcome.failure


def test_a_kick_that_does_not_wake_is_a_missed_kick(run_machine: RunMachine) -> None:
    execution, _ = run_machine(SLEEPER, kernel=BUGS["kick_without_wake_up"].cls)
    failure = failure_of(execution)
    assert failure.kind == "I16 missed kick"
    assert "which sleeps while its guest waits for an interrupt" in failure.message


def test_who_looks_before_he_stands_in_the_queue_may_miss_his_wake_up(
    run_machine: RunMachine, script: Script
) -> None:
    cues = script(("vcpu0", "prepare_to_wait wait[vcpu 0]", "dev0"))
    kernel = BUGS["wfi_without_recheck"].cls
    assert failure_of(run_machine(SLEEPER, kernel=kernel, strategy=cues)[0]).kind == (
        "I16 missed kick"
    )
    assert run_machine(SLEEPER, kernel=kernel)[0].outcome == Passed()


def test_a_vcpu_with_preemption_off_may_not_block(run_machine: RunMachine) -> None:
    class Careless(Reference):
        def kvm_vcpu_wfi(self, vcpu: Vcpu) -> None:
            preempt_disable(self.scheduler)
            super().kvm_vcpu_wfi(vcpu)

    failure = failure_of(run_machine(SLEEPER, kernel=Careless)[0])
    assert failure.kind == "sleep in atomic"
    assert "has preemption off" in failure.message
