# SPDX-License-Identifier: GPL-2.0-only
"""What these tests share: kernel functions called from threads whose order is given.

A test hands over one body for each thread; all get the same fresh kernel. What a body raises is
raised by the test.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import pytest

from harness import (
    Deviation,
    Execution,
    OsThreads,
    Passed,
    Scheduler,
    Strategy,
    execute,
    local_irq_disable,
)
from harness.engine.strategy import Quiet
from harness.schedule.replay import StrictReplay
from vgic import V1, Machine, Parameters
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.data.vm import Kvm
from vgic.judging.watch import Watch

Body = Callable[[V1], None]


class StrictFollower(StrictReplay):
    """Strict replay as a strategy that is asked at each point."""

    next_point = 0
    asks_on_growth = False

    def begin(self, threads: Sequence[object]) -> None:
        """Nothing to learn."""


@pytest.fixture(scope="module")
def carriers() -> Iterator[OsThreads]:
    with OsThreads(pinned=False) as pool:
        yield pool


@pytest.fixture
def attempt(carriers: OsThreads) -> Callable[..., Execution]:
    """Run bodies by role, with interrupts off, giving way where the deviations say so."""

    def run(
        bodies: Mapping[str, Body],
        *,
        deviations: Sequence[Deviation] = (),
        kernel: type[V1] = V1,
        nr_lr: int = 4,
        nr_vcpus: int = 2,
        prepare: Body | None = None,
    ) -> Execution:
        raised: list[Exception] = []

        def program(scheduler: Scheduler) -> None:
            kvm = Kvm(scheduler, nr_lr=nr_lr, nr_vcpus=nr_vcpus)
            built = kernel(kvm, Watch(kvm))
            for vcpu in kvm.vcpus:
                # Bodies take lists through states of their own; nobody is to judge those.
                vcpu.vgic_cpu.ap_list_lock.on_unlock = None
                vcpu.vgic_cpu.ap_list_head.on_add = None
                vcpu.vgic_cpu.overflow_ap_list_head.on_add = None
            if prepare is not None:
                prepare(built)

            def thread(body: Body) -> None:
                local_irq_disable(scheduler)
                try:
                    body(built)
                except Exception as exception:
                    raised.append(exception)

            for role, body in bodies.items():
                scheduler.thread(role, partial(thread, body))

        strategy: Strategy = StrictFollower(deviations) if deviations else Quiet()
        execution = execute(program, strategy, carriers)
        if raised:
            raise raised[0]
        return execution

    return run


@pytest.fixture
def on_vcpu0(attempt: Callable[..., Execution]) -> Callable[..., Execution]:
    """Run one body on the thread of vCPU 0; nothing may go wrong."""

    def run(body: Body, **how: object) -> Execution:
        execution = attempt({"vcpu0": body}, **how)
        assert isinstance(execution.outcome, Passed), execution.outcome
        return execution

    return run


@pytest.fixture
def at_each_point(attempt: Callable[..., Execution]) -> Callable[..., Iterator[V1]]:
    """Run the first body once for each of its operations, giving way to the others before it.

    Yields the kernel of each run when all have ended and nothing was wrong. `prepare` makes what
    the bodies find.
    """

    def sweep(bodies: Mapping[str, Body], prepare: Body, **how: object) -> Iterator[V1]:
        first, second = list(bodies)[:2]
        for n in range(1, 200):
            kernels: list[V1] = []

            def prepare_it(kernel: V1, kernels: list[V1] = kernels) -> None:
                kernels.append(kernel)
                prepare(kernel)

            deviation = Deviation(first, n, second, None)
            execution = attempt(bodies, deviations=[deviation], prepare=prepare_it, **how)
            assert isinstance(execution.outcome, Passed), (deviation, execution.outcome)
            yield kernels[0]
            if not execution.deviations:
                assert n > 2, "there was nothing to sweep"
                return

    return sweep


@pytest.fixture
def run_machine(carriers: OsThreads) -> Callable[..., tuple[Execution, Machine]]:
    """Run a whole machine once; nothing may go wrong."""

    def run(
        parameters: Parameters,
        *,
        kernel: type[V1] = V1,
        deviations: Sequence[Deviation] = (),
    ) -> tuple[Execution, Machine]:
        machines: list[Machine] = []

        def program(scheduler: Scheduler) -> None:
            machines.append(Machine(scheduler, parameters, kernel))

        strategy: Strategy = StrictFollower(deviations) if deviations else Quiet()
        execution = execute(program, strategy, carriers)
        assert isinstance(execution.outcome, Passed), execution.outcome
        return execution, machines[0]

    return run


@pytest.fixture
def enlist() -> Callable[..., None]:
    """Put interrupts on a vCPU's AP-list, or on its overflow list, in this order."""

    def put(vcpu: Vcpu, *irqs: VgicIrq, overflow: bool = False) -> None:
        vgic_cpu = vcpu.vgic_cpu
        head = vgic_cpu.overflow_ap_list_head if overflow else vgic_cpu.ap_list_head
        head.reorder([irq.ap_list for irq in (*head.verify(), *irqs)])
        for irq in irqs:
            irq.vcpu = vcpu

    return put


@pytest.fixture
def listed() -> Callable[..., list[int]]:
    """Tell the INTIDs on a vCPU's AP-list, or on its overflow list, in order."""

    def tell(vcpu: Vcpu, *, overflow: bool = False) -> list[int]:
        vgic_cpu = vcpu.vgic_cpu
        head = vgic_cpu.overflow_ap_list_head if overflow else vgic_cpu.ap_list_head
        return [irq.intid for irq in head.verify()]

    return tell
