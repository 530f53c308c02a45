# SPDX-License-Identifier: GPL-2.0-only
"""Is it warned of who has other CPUs called with interrupts off, or out of a handler?"""

from collections.abc import Callable

import pytest

from harness import (
    Execution,
    Failure,
    HostInterrupt,
    Passed,
    Scheduler,
    local_irq_disable,
    local_irq_enable,
)
from harness.primitives import check_may_call_cpus, preempt_disable, preempt_enable

Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]


def test_a_thread_with_interrupts_on_may_have_other_cpus_called(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        def body() -> None:
            preempt_disable(scheduler)
            check_may_call_cpus(scheduler)
            preempt_enable(scheduler)
            local_irq_disable(scheduler)
            local_irq_enable(scheduler)
            check_may_call_cpus(scheduler)

        scheduler.thread("a", body)

    assert isinstance(run(program).outcome, Passed)


def test_a_thread_with_interrupts_off_may_not(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        def body() -> None:
            local_irq_disable(scheduler)
            check_may_call_cpus(scheduler)

        scheduler.thread("a", body)

    failure = failure_of(program)
    assert failure.kind == "warning"
    assert failure.message.startswith("a, with interrupts off, has other CPUs called")


@pytest.mark.parametrize("threaded", [False, True])
def test_nor_may_a_handler(failure_of: FailureOf, threaded: bool) -> None:
    def program(scheduler: Scheduler) -> None:
        line = HostInterrupt(
            scheduler, "0", "a", lambda: check_may_call_cpus(scheduler), threaded_on_rt=threaded
        )
        scheduler.thread("a", line.assert_line)

    failure = failure_of(program)
    assert failure.kind == "warning"
    assert failure.message.startswith("a handler on top of a has other CPUs called")
