# SPDX-License-Identifier: GPL-2.0-only
"""Who is sent an SGI by a target list, or by one to all others, and what is judged of it?

Section 3.5 of the semantics: one after the other, as so many sends; who is not there is passed
over, and in broadcast mode so is the sender.
"""

from collections.abc import Callable, Sequence

import pytest

from harness import Execution
from vgic import Mechanism
from vgic.accesses import SGI, SGI_LIST, SGI_OTHERS, Access
from vgic.data import EDGE, KVM_REQ_IRQ_PENDING, Mode
from vgic.tracepoints import Tracepoints, announcer

InKernel = Callable[..., Execution]

SENDS = [
    (Access(SGI_LIST, 5, 0b001), 0, [0]),
    (Access(SGI_LIST, 5, 0b110), 0, [1, 2]),
    (Access(SGI_LIST, 5, 0b111), 1, [0, 1, 2]),
    (Access(SGI_LIST, 5, 0b10000100), 0, [2]),
    (Access(SGI_LIST, 5, 0b11111000), 0, []),
    (Access(SGI_OTHERS, 5), 0, [1, 2]),
    (Access(SGI_OTHERS, 5), 1, [0, 2]),
]
"""What is written, by which of three vCPUs, and whom it is sent to."""


@pytest.mark.parametrize(("access", "sender", "targets"), SENDS, ids=str)
def test_each_that_is_meant_is_sent_its_own_and_nobody_else(
    in_kernel: InKernel, access: Access, sender: int, targets: Sequence[int]
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpus = kernel.kvm.vcpus
        irqs = [kernel.kvm.add_irq(5, EDGE, 0x80, vcpu.vcpu_id) for vcpu in vcpus]
        for vcpu in vcpus:
            vcpu.mode.value = Mode.IN_GUEST_MODE
        access.emulate(kernel, vcpus[sender])
        there = [vcpu.vcpu_id in targets for vcpu in vcpus]
        assert [irq.pending_latch for irq in irqs] == there
        assert [irq.vcpu is vcpu for irq, vcpu in zip(irqs, vcpus, strict=True)] == there
        assert [vcpu.requests.bits == 1 << KVM_REQ_IRQ_PENDING for vcpu in vcpus] == there
        assert not kernel.scheduler.current.held

    in_kernel(body, nr_vcpus=3, irqs_off=False)


@pytest.mark.parametrize("access", [Access(SGI_LIST, 5, 0b111), Access(SGI_OTHERS, 5)], ids=str)
def test_who_has_no_such_interrupt_is_passed_over(in_kernel: InKernel, access: Access) -> None:
    def body(kernel: Mechanism) -> None:
        here, _, there = kernel.kvm.vcpus
        irq = kernel.kvm.add_irq(5, EDGE, 0x80, there.vcpu_id)
        other = kernel.kvm.add_irq(6, EDGE, 0x80, 1)
        access.emulate(kernel, here)
        assert (irq.pending_latch, other.pending_latch) == (True, False)

    in_kernel(body, nr_vcpus=3, irqs_off=False)


def test_alone_there_are_no_others(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(5, EDGE, 0x80, 0)
        Access(SGI_OTHERS, 5).emulate(kernel, kernel.kvm.vcpus[0])
        assert not irq.pending_latch

    in_kernel(body, irqs_off=False)


class Queues(Tracepoints):
    """Notes what is put on whose list, in order."""

    def __init__(self) -> None:
        self.queued_on: list[int] = []

    def queued(self, vcpu: int, intid: int) -> None:
        self.queued_on.append(vcpu)


def test_they_are_sent_one_after_the_other_by_the_number_of_the_vcpu(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        heard = Queues()
        kernel.trace = announcer((heard,))
        for vcpu in kernel.kvm.vcpus:
            kernel.kvm.add_irq(5, EDGE, 0x80, vcpu.vcpu_id)
        Access(SGI_LIST, 5, 0b1101).emulate(kernel, kernel.kvm.vcpus[1])
        assert heard.queued_on == [0, 2, 3]

    in_kernel(body, nr_vcpus=4, irqs_off=False)


@pytest.mark.parametrize(("access", "sender", "targets"), SENDS, ids=str)
def test_its_subjects_are_those_it_is_sent_to(
    access: Access, sender: int, targets: Sequence[int]
) -> None:
    assert list(access.subjects(sender, 3)) == list(targets)


def test_what_is_about_one_has_one_subject_however_many_vcpus_there_are() -> None:
    assert list(Access(SGI, 5, 2).subjects(0, 4)) == [2]
    assert list(Access("pend", 20).subjects(3, 4)) == [3]
