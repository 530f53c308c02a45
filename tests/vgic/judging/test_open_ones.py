# SPDX-License-Identifier: GPL-2.0-only
"""Is it known what guests have open, whoever ends it, and in whichever order?"""

from collections.abc import Callable

import pytest

from harness import Execution
from vgic import Mechanism
from vgic.data import EDGE, VgicIrq
from vgic.judging.open_ones import OpenOnes

InKernel = Callable[..., Execution]
Body = Callable[[OpenOnes, VgicIrq, VgicIrq], None]


@pytest.fixture
def with_two(in_kernel: InKernel) -> Callable[[Body], Execution]:
    """Run a body with what is open in a VM of two vCPUs, nothing, and two of its interrupts."""

    def run(body: Body) -> Execution:
        def in_it(kernel: Mechanism) -> None:
            first, second = (kernel.kvm.add_irq(intid, EDGE, 0x80, 0) for intid in (32, 33))
            body(OpenOnes(2), first, second)

        return in_kernel(in_it, nr_vcpus=2)

    return run


WithTwo = Callable[[Body], Execution]


def test_the_innermost_ends_first_where_nothing_is_dropped(with_two: WithTwo) -> None:
    def body(ones: OpenOnes, first: VgicIrq, second: VgicIrq) -> None:
        ones.acknowledge(0, first)
        ones.acknowledge(0, second)
        assert ones.end(0, first) is second, "whatever the guest names"
        assert ones.end(0, first) is first
        assert ones.end(0, first) is None

    with_two(body)


def test_what_is_ended_over_what_was_dropped_is_what_is_named(with_two: WithTwo) -> None:
    def body(ones: OpenOnes, first: VgicIrq, second: VgicIrq) -> None:
        ones.acknowledge(0, first)
        ones.acknowledge(0, second)
        ones.drop(0, second)
        assert ones.end(0, first) is first
        assert ones.handlers[0] == ones.dropped[0] == [second]

    with_two(body)


def test_what_was_dropped_is_open_until_anybody_deactivates_it(with_two: WithTwo) -> None:
    def body(ones: OpenOnes, first: VgicIrq, second: VgicIrq) -> None:
        ones.acknowledge(1, first)
        assert ones.deactivate(0, first, 7) is None, "it was not dropped"
        ones.drop(1, first)
        assert ones.handlers[1] == [first]
        assert ones.deactivate(0, first, 8) == 1
        assert (ones.handlers[1], ones.dropped[1], ones.going) == ([], [], {first: (0, 8)})
        assert ones.deactivate(0, second, 9) is None
        assert ones.deactivated(0, first) == 8
        assert ones.deactivated(0, first) is None
        assert ones.going == {}

    with_two(body)


def test_an_acknowledge_says_that_it_is_done(with_two: WithTwo) -> None:
    def body(ones: OpenOnes, first: VgicIrq, second: VgicIrq) -> None:
        for irq in (first, second):
            ones.acknowledge(0, irq)
            ones.drop(0, irq)
            ones.deactivate(0, irq, 7)
        ones.acknowledge(0, first)
        assert ones.going == {second: (0, 7)}
        assert ones.deactivated(0, first) is None

    with_two(body)


def test_of_two_who_deactivate_it_in_turn_the_first_does_not_speak_for_the_second(
    with_two: WithTwo,
) -> None:
    def body(ones: OpenOnes, irq: VgicIrq, _: VgicIrq) -> None:
        for writer, step in ((0, 7), (1, 9)):
            ones.acknowledge(0, irq)
            ones.drop(0, irq)
            assert ones.deactivate(writer, irq, step) == 0
        assert ones.deactivated(0, irq) is None
        assert ones.going == {irq: (1, 9)}
        assert ones.deactivated(1, irq) == 9

    with_two(body)


@pytest.mark.parametrize("on_lr", [False, True])
@pytest.mark.parametrize(("priority", "before"), [(0xC0, True), (0x80, True), (0x40, False)])
def test_what_is_dropped_or_going_may_be_counted_before_what_ends_outside(
    with_two: WithTwo, on_lr: bool, priority: int, before: bool
) -> None:
    """What is dropped has priority 0x80."""

    def body(ones: OpenOnes, irq: VgicIrq, ended: VgicIrq) -> None:
        here = irq.target_vcpu
        assert here is not None
        ended.priority = priority
        irq.vcpu, irq.on_lr = here, on_lr
        ones.acknowledge(0, irq)
        assert not ones.has_dropped_before(here, ended)
        ones.drop(0, irq)
        assert ones.has_dropped_before(here, ended) is (before and not on_lr)
        ones.deactivate(1, irq, 7)
        assert ones.has_dropped_before(here, ended) is (before and not on_lr)
        ones.deactivated(1, irq)
        assert not ones.has_dropped_before(here, ended)

    with_two(body)
