# SPDX-License-Identifier: GPL-2.0-only
"""Does a vCPU that has something new always either find a request or get an interrupt?

I16 of the semantics: the request is set before the mode is read, and the mode is published before
the requests are read, so at least one of the two sees the other.
"""

from collections.abc import Callable, Iterator

import pytest

from harness import Execution, Passed
from harness.engine.trace import entry_text
from vgic import BUGS, Mechanism
from vgic.data.vcpu import KVM_REQ_IRQ_PENDING, Mode

Attempt = Callable[..., Execution]
AtEachPoint = Callable[..., Iterator[Mechanism]]


def announce_to_vcpu0(kernel: Mechanism) -> None:
    kernel.announce_pending(kernel.kvm.vcpus[0])


def nothing(kernel: Mechanism) -> None:
    pass


def enters(entered: list[bool]) -> Callable[[Mechanism], None]:
    """The way in as the run loop takes it; tells whether it went in."""

    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        vcpu.mode.write(Mode.IN_GUEST_MODE)
        entered.append(not vcpu.requests.pending())

    return body


@pytest.mark.parametrize("preempted", ["vcpu0", "dev0"])
def test_whoever_goes_in_unaware_is_interrupted(preempted: str, at_each_point: AtEachPoint) -> None:
    entered: list[bool] = []
    bodies = {"vcpu0": enters(entered), "dev0": announce_to_vcpu0}
    order = sorted(bodies, key=lambda role: role != preempted)
    for kernel in at_each_point({role: bodies[role] for role in order}, nothing):
        assert not entered[-1] or kernel.kvm.vcpus[0].ipi.pending
    assert set(entered) == {False, True}


def test_without_the_request_somebody_goes_in_unaware(at_each_point: AtEachPoint) -> None:
    entered: list[bool] = []
    bodies = {"vcpu0": enters(entered), "dev0": announce_to_vcpu0}
    runs = at_each_point(bodies, nothing, kernel=BUGS["kick_without_request"].cls)
    missed = [entered[-1] and not kernel.kvm.vcpus[0].ipi.pending for kernel in runs]
    assert any(missed)


def test_the_request_comes_before_the_look_at_the_mode(attempt: Attempt) -> None:
    execution = attempt({"dev0": announce_to_vcpu0})
    done = [entry_text(entry) for entry in execution.trace]
    assert done.index("request requests[vcpu 0]") < done.index("cmpxchg mode[vcpu 0]")


@pytest.mark.parametrize(
    ("before", "after", "interrupted"),
    [
        (Mode.OUTSIDE_GUEST_MODE, Mode.OUTSIDE_GUEST_MODE, False),
        (Mode.IN_GUEST_MODE, Mode.EXITING_GUEST_MODE, True),
        (Mode.EXITING_GUEST_MODE, Mode.EXITING_GUEST_MODE, False),
    ],
)
def test_only_a_vcpu_in_guest_mode_is_interrupted(
    before: Mode, after: Mode, interrupted: bool, attempt: Attempt
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        vcpu.mode.value = before
        kernel.announce_pending(vcpu)
        assert vcpu.mode.value is after
        assert vcpu.ipi.pending is interrupted
        assert vcpu.requests.bits == 1 << KVM_REQ_IRQ_PENDING

    assert attempt({"dev0": body}).outcome == Passed()


@pytest.mark.parametrize("mode", Mode)
def test_a_vcpu_that_announces_to_itself_leaves_a_request_alone(
    mode: Mode, attempt: Attempt
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        vcpu.mode.value = mode
        kernel.announce_pending(vcpu)
        assert (vcpu.mode.value, vcpu.ipi.pending) == (mode, False)
        assert vcpu.requests.bits == 1 << KVM_REQ_IRQ_PENDING

    assert attempt({"vcpu0": body}).outcome == Passed()


def test_a_kick_alone_leaves_no_request_and_a_request_alone_no_ipi(attempt: Attempt) -> None:
    def body(kernel: Mechanism) -> None:
        first, second = kernel.kvm.vcpus
        first.mode.value = second.mode.value = Mode.IN_GUEST_MODE
        kernel.kvm_vcpu_kick(first)
        kernel.kvm_make_request(KVM_REQ_IRQ_PENDING, second)
        assert (first.requests.bits, first.ipi.pending) == (0, True)
        assert (second.requests.bits, second.ipi.pending) == (1 << KVM_REQ_IRQ_PENDING, False)
        assert second.mode.value is Mode.IN_GUEST_MODE

    assert attempt({"dev0": body}).outcome == Passed()


def test_two_that_kick_at_once_send_one_ipi(attempt: Attempt) -> None:
    def enter(kernel: Mechanism) -> None:
        kernel.kvm.vcpus[0].mode.value = Mode.IN_GUEST_MODE

    execution = attempt({"dev0": announce_to_vcpu0, "dev1": announce_to_vcpu0}, prepare=enter)
    done = [entry_text(entry) for entry in execution.trace]
    assert execution.outcome == Passed()
    assert done.count("send ipi[vcpu 0]") == 1
    assert done.count("cmpxchg mode[vcpu 0]") == 2
