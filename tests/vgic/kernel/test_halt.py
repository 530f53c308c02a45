# SPDX-License-Identifier: GPL-2.0-only
"""Who halts the VM: whom does he send an IPI, how long does he wait, and who lets whom go on?"""

from collections.abc import Callable, Sequence
from functools import partial

import pytest

from harness import (
    Execution,
    Failed,
    OsThreads,
    Passed,
    Scheduler,
    Strategy,
    Stream,
    execute,
    local_irq_disable,
    local_irq_enable,
)
from harness.engine.strategy import Quiet
from harness.search.strategies import STRATEGIES
from tests.fixtures.judged import judged
from vgic import Mechanism, Reference
from vgic.data import (
    KVM_REQ_IRQ_PENDING,
    KVM_REQ_SLEEP,
    Mode,
    Vcpu,
)
from vgic.data.vm import Kvm

InKernel = Callable[..., Execution]
Story = Callable[[Execution], list[str]]
Body = Callable[[Mechanism], None]

SLEEP = 1 << KVM_REQ_SLEEP


def race(
    bodies: Sequence[Body], carriers: OsThreads, strategy: Strategy | None = None
) -> Execution:
    """Run bodies, each on the thread of the vCPU with its number, interrupts on."""

    def program(scheduler: Scheduler) -> None:
        kvm = Kvm(scheduler, nr_lr=1, nr_vcpus=len(bodies))
        kernel = Reference(kvm, judged(kvm))
        for vcpu, body in zip(kvm.vcpus, bodies, strict=True):
            kernel.kvm_vgic_vcpu_init(vcpu)
            scheduler.thread(vcpu.role, partial(body, kernel))

    return execute(program, strategy or Quiet(), carriers)


@pytest.mark.parametrize(
    ("mode", "wait", "sent"),
    [
        (Mode.OUTSIDE_GUEST_MODE, False, False),
        (Mode.IN_GUEST_MODE, False, True),
        (Mode.EXITING_GUEST_MODE, False, False),
        (Mode.OUTSIDE_GUEST_MODE, True, False),
        (Mode.IN_GUEST_MODE, True, True),
        (Mode.EXITING_GUEST_MODE, True, True),
    ],
)
def test_who_waits_sends_an_ipi_to_whoever_is_not_outside(
    carriers: OsThreads, mode: Mode, wait: bool, sent: bool
) -> None:
    found: list[bool] = []

    def asks(kernel: Mechanism) -> None:
        other = kernel.kvm.vcpus[1]
        other.mode.value = mode
        other.ipi.on_send = lambda: found.append(True)
        kernel.kvm_make_all_cpus_request(KVM_REQ_SLEEP, wait=wait, wakes=False)
        assert other.requests.bits == SLEEP

    def takes(kernel: Mechanism) -> None:
        if sent:
            kernel.kvm.vcpus[1].ipi.wait()
        kernel.kvm.vcpus[1].ipi.take()

    assert race([asks, takes], carriers).outcome == Passed()
    assert bool(found) is sent


def test_nobody_sends_himself_an_ipi(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        me = kernel.kvm.vcpus[0]
        me.mode.value = Mode.IN_GUEST_MODE
        kernel.kvm_make_all_cpus_request(KVM_REQ_SLEEP, wait=True, wakes=False)
        assert me.requests.bits == SLEEP
        assert not me.ipi.pending

    in_kernel(body)


def sleeps(vcpu: Vcpu) -> None:
    """Sleep until the vCPU has another request."""
    vcpu.wait.wait_event(vcpu.requests.pending)


@pytest.mark.parametrize("wakes", [False, True])
def test_a_sleeper_is_woken_unless_the_request_says_otherwise(
    carriers: OsThreads, wakes: bool
) -> None:
    def sleeper(kernel: Mechanism) -> None:
        sleeps(kernel.kvm.vcpus[0])

    def asks(kernel: Mechanism) -> None:
        kernel.kvm_make_all_cpus_request(KVM_REQ_IRQ_PENDING, wait=False, wakes=wakes)

    outcome = race([sleeper, asks], carriers).outcome
    if wakes:
        assert outcome == Passed()
    else:
        assert isinstance(outcome, Failed)
        assert outcome.failure.kind == "lost wake-up"


def test_a_halt_that_waits_for_an_ipi_nobody_takes_is_a_deadlock(carriers: OsThreads) -> None:
    def stays(kernel: Mechanism) -> None:
        """Be in the guest for good."""

    def halts(kernel: Mechanism) -> None:
        kernel.kvm.vcpus[1].mode.value = Mode.IN_GUEST_MODE
        kernel.halt()

    outcome = race([halts, stays], carriers).outcome
    assert isinstance(outcome, Failed)
    assert outcome.failure.kind == "deadlock"
    assert "waits for ipi[vcpu 1] to be taken" in outcome.failure.message


def goes_in_and_out(inside: list[int], times: int) -> Body:
    """Return what a vCPU does that enters its guest and leaves it for an IPI, some times."""

    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[1]
        for _ in range(times):
            kernel.check_vcpu_requests(vcpu)
            local_irq_disable(kernel.scheduler)
            if kernel.enter_guest_mode(vcpu):
                inside.append(1)
                vcpu.mode.read()
                inside.pop()
                kernel.exit_guest_mode(vcpu)
            local_irq_enable(kernel.scheduler)
            vcpu.ipi.take()

    return body


@pytest.mark.parametrize("name", STRATEGIES)
def test_while_a_halt_lasts_nobody_is_inside(carriers: OsThreads, name: str) -> None:
    inside: list[int] = []

    def halts(kernel: Mechanism) -> None:
        for _ in range(2):
            kernel.halt()
            for _ in range(4):
                kernel.kvm.vcpus[0].mode.read()
                assert not inside
            kernel.resume()

    for seed in range(20):
        strategy = STRATEGIES[name](Stream(seed, name), 60)
        bodies = [halts, goes_in_and_out(inside, 3)]
        assert race(bodies, carriers, strategy).outcome == Passed()
