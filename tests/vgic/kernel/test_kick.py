# SPDX-License-Identifier: GPL-2.0-only
"""Does a vCPU always learn that it has something new, whatever the interleaving?

The requester sets a request and then looks at the mode; the vCPU publishes its mode and then looks
at its requests. At least one of them sees the other: Dekker's pairing, invariant I16.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import product

import pytest

from harness import Execution, OsThreads, Passed, Scheduler, execute
from harness.engine.threads import Thread
from harness.engine.trace import entry_text
from tests.fixtures.judged import judged
from vgic import BUGS, Mechanism, Reference
from vgic.data.vcpu import KVM_REQ_IRQ_PENDING, KVM_REQ_VGIC_PROCESS_UPDATE, Mode
from vgic.data.vm import Kvm

CHOICES = 7
"""More than there are points at which both threads can go on."""


class Bits:
    """Takes the n-th enabled thread at the n-th point, as a row of bits says; then goes on."""

    next_point = 0
    asks_on_growth = False

    def __init__(self, bits: Sequence[int]) -> None:
        self._bits = list(bits)

    def begin(self, threads: Sequence[Thread]) -> None:
        pass

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        return self._bits.pop(0) % len(options) if self._bits else 0


def sees(kernel: type[Mechanism], bits: Sequence[int], carriers: OsThreads) -> tuple[bool, bool]:
    """Race one entry with one announcement: did the vCPU see the request, is an IPI pending?"""
    seen: list[bool] = []
    machines: list[Kvm] = []

    def program(scheduler: Scheduler) -> None:
        kvm = Kvm(scheduler, nr_lr=1, nr_vcpus=1)
        machines.append(kvm)
        built = kernel(kvm, judged(kvm))
        vcpu = kvm.vcpus[0]

        def entry() -> None:
            vcpu.mode.write(Mode.IN_GUEST_MODE)
            seen.append(vcpu.requests.pending())

        scheduler.thread("vcpu0", entry)
        scheduler.thread("dev0", lambda: built.announce_pending(vcpu))

    assert isinstance(execute(program, Bits(bits), carriers).outcome, Passed)
    return seen[0], machines[0].vcpus[0].ipi.pending


def test_one_of_the_two_always_sees_the_other(carriers: OsThreads) -> None:
    results = {sees(Reference, bits, carriers) for bits in product((0, 1), repeat=CHOICES)}
    assert (False, False) not in results
    assert {(True, False), (False, True)} <= results, "both sides can be the one that sees"


def test_without_the_request_neither_may_see_the_other(carriers: OsThreads) -> None:
    bug = BUGS["kick_without_request"].cls
    assert (False, False) in {sees(bug, bits, carriers) for bits in product((0, 1), repeat=CHOICES)}


@pytest.mark.parametrize(
    ("mode", "after", "sent"),
    [
        (Mode.OUTSIDE_GUEST_MODE, Mode.OUTSIDE_GUEST_MODE, False),
        (Mode.IN_GUEST_MODE, Mode.EXITING_GUEST_MODE, True),
        (Mode.EXITING_GUEST_MODE, Mode.EXITING_GUEST_MODE, False),
    ],
)
def test_an_ipi_is_sent_only_to_a_vcpu_in_guest_mode(
    in_kernel: Callable[..., Execution], mode: Mode, after: Mode, sent: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[1]
        vcpu.mode.value = mode
        kernel.kvm_vcpu_kick(vcpu)
        assert vcpu.mode.value is after
        assert vcpu.ipi.pending is sent

    in_kernel(body, nr_vcpus=2)


def test_a_vcpu_does_not_interrupt_itself(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        myself = kernel.kvm.vcpus[0]
        myself.mode.value = Mode.IN_GUEST_MODE
        kernel.announce_pending(myself)
        assert not myself.ipi.pending
        assert myself.requests.bits == 1 << KVM_REQ_IRQ_PENDING

    in_kernel(body)


def test_kicks_in_a_row_are_one_ipi(
    in_kernel: Callable[..., Execution], operations: Callable[[Execution], list[str]]
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[1]
        vcpu.mode.value = Mode.IN_GUEST_MODE
        for _ in range(3):
            kernel.announce_pending(vcpu)

    story = operations(in_kernel(body, nr_vcpus=2))
    assert story.count("vcpu0: send ipi[vcpu 1]") == 1


def test_who_asks_for_an_update_kicks_nobody_and_who_announces_does(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[1]
        vcpu.mode.value = Mode.IN_GUEST_MODE
        kernel.kvm_make_request(KVM_REQ_VGIC_PROCESS_UPDATE, vcpu)
        assert vcpu.requests.bits == 1 << KVM_REQ_VGIC_PROCESS_UPDATE
        assert (vcpu.mode.value, vcpu.ipi.pending) == (Mode.IN_GUEST_MODE, False)
        kernel.announce_pending(vcpu)
        assert (vcpu.mode.value, vcpu.ipi.pending) == (Mode.EXITING_GUEST_MODE, True)

    in_kernel(body, nr_vcpus=2)


def test_the_run_loop_takes_the_request_once(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        kernel.kvm_make_request(KVM_REQ_IRQ_PENDING, vcpu)
        kernel.check_vcpu_requests(vcpu)
        assert vcpu.requests.bits == 0
        kernel.check_vcpu_requests(vcpu)
        assert vcpu.requests.bits == 0

    in_kernel(body, irqs_off=False)


# Does a vCPU that has something new always either find a request or get an interrupt?
#
# I16 of the semantics: the request is set before the mode is read, and the mode is published before
# the requests are read, so at least one of the two sees the other.


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
