# SPDX-License-Identifier: GPL-2.0-only
"""Is each vCPU on one CPU of the host at most, and on which one does it go on?"""

from collections.abc import Callable

from harness import Execution, Failure, local_irq_enable
from harness.primitives import preempt_disable, preempt_enable
from vgic import Mechanism
from vgic.data import TIF_NEED_RESCHED, TIF_SIGPENDING


def numbers(kernel: Mechanism) -> list[int]:
    return [vcpu.cpu.number for vcpu in kernel.kvm.vcpus]


def test_a_vcpu_goes_on_on_the_first_free_cpu_behind_that_which_it_was_on(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        first, second = kernel.kvm.vcpus
        assert len(kernel.kvm.cpus) == 3
        kernel.vcpu_load(first)
        kernel.vcpu_load(second)
        assert numbers(kernel) == [1, 2]
        kernel.vcpu_put(first)
        kernel.vcpu_load(first)
        assert numbers(kernel) == [0, 2], "the one behind is taken"
        kernel.vcpu_put(second)
        kernel.vcpu_load(second)
        assert numbers(kernel) == [0, 1], "and so is the next of those behind"
        for vcpu in kernel.kvm.vcpus:
            assert vcpu.cpu.vcpu == vcpu.vcpu_id
            kernel.vcpu_put(vcpu)
        assert all(cpu.vcpu is None for cpu in kernel.kvm.cpus)

    in_kernel(body, nr_vcpus=2, irqs_off=False)


def test_a_single_vcpu_has_two_cpus(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        seen = []
        for _ in range(3):
            kernel.vcpu_load(kernel.kvm.vcpus[0])
            seen += numbers(kernel)
            kernel.vcpu_put(kernel.kvm.vcpus[0])
        assert seen == [1, 0, 1]

    in_kernel(body, irqs_off=False)


def test_work_of_the_host_moves_a_vcpu_and_is_done_once(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        kernel.vcpu_load(vcpu)
        for moves, requests in ((1, [TIF_SIGPENDING]), (2, [TIF_SIGPENDING, TIF_NEED_RESCHED])):
            before = vcpu.cpu.number
            for request in requests:
                vcpu.work.make(request)
            kernel.xfer_to_guest_mode_handle_work(vcpu)
            assert vcpu.work.bits == 0
            assert vcpu.cpu.number == (before + moves) % 2

    in_kernel(body, irqs_off=False)


def test_what_the_host_wants_is_found_before_the_guest_is_entered(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        assert not kernel.kvm_vcpu_exit_request(vcpu)
        vcpu.work.make(TIF_NEED_RESCHED)
        assert kernel.kvm_vcpu_exit_request(vcpu)

    in_kernel(body)


def test_a_cpu_is_given_away_only_where_the_thread_may_sleep(
    in_kernel: Callable[..., Execution], failure_in_kernel: Callable[..., Failure]
) -> None:
    def too_early(kernel: Mechanism) -> None:
        preempt_disable(kernel.scheduler)
        preempt_disable(kernel.scheduler)
        preempt_enable(kernel.scheduler)
        kernel.vcpu_put(kernel.kvm.vcpus[0])

    def in_time(kernel: Mechanism) -> None:
        preempt_disable(kernel.scheduler)
        local_irq_enable(kernel.scheduler)
        preempt_enable(kernel.scheduler)
        kernel.vcpu_put(kernel.kvm.vcpus[0])

    failure = failure_in_kernel(too_early, irqs_off=False)
    assert failure.kind == "sleep in atomic"
    assert "give cpu 0 away" in failure.message
    assert "has preemption off" in failure.message
    in_kernel(in_time)
    assert failure_in_kernel(lambda kernel: kernel.vcpu_put(kernel.kvm.vcpus[0])).kind == (
        "sleep in atomic"
    )
