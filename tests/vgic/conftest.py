# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of the model share: a kernel to call from one thread, and machines to run whole.

Kernel functions want locks, and locks want a running thread. So a test hands `in_kernel` a body;
the body gets a fresh kernel over an empty VM, on the thread of vCPU 0, and asserts as it goes.
"""

from collections.abc import Callable, Iterator, Sequence

import pytest

from harness import (
    Execution,
    Failed,
    Failure,
    OsThreads,
    Passed,
    Scheduler,
    Strategy,
    execute,
    local_irq_disable,
)
from harness.engine.strategy import Quiet
from harness.engine.threads import Thread
from harness.engine.trace import entry_text, numbered
from harness.search.strategies import MIX
from stress.executions.single import run_index
from stress.executions.target import Target
from stress.scenarios import SCENARIOS
from tests.fixtures.judged import judged
from vgic import Machine, Mechanism, Parameters, Reference
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.data.vm import Kvm

Body = Callable[[Mechanism], None]

SEED = 1
"""Of the executions in which a wrong kernel is looked for."""


class Script:
    """Goes on quietly, but gives way where it is told to, in the order it is told.

    A cue is (role, operation, to): when that thread is about to do that operation, the other one
    goes on instead. The choice before the first step is cued by ("start", "start", to).
    """

    next_point = 0
    asks_on_growth = False

    def __init__(self, cues: Sequence[tuple[str, str, str]]) -> None:
        self.left = list(cues)

    def begin(self, threads: Sequence[Thread]) -> None:
        pass

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        if not self.left or (me.role, str(me.op)) != self.left[0][:2]:
            return 0
        to = self.left.pop(0)[2]
        return [option.role for option in options].index(to)


@pytest.fixture(scope="module")
def carriers() -> Iterator[OsThreads]:
    with OsThreads(pinned=False) as pool:
        yield pool


@pytest.fixture(scope="module")
def pinned() -> Iterator[OsThreads]:
    """Carriers on a core of their own where one is free: these executions are many."""
    with OsThreads() as pool:
        yield pool


@pytest.fixture
def first_failure(pinned: OsThreads) -> Callable[..., Failure | None]:
    """Run executions of one scenario until one fails; return the failure, None if none does."""

    def look(
        kernel: type[Mechanism], scenario: str, executions: int, strategy: str = MIX
    ) -> Failure | None:
        target = Target(cls=kernel)
        for index in range(executions):
            single = run_index(SCENARIOS[scenario], SEED, index, strategy, target, pinned)
            if isinstance(single.execution.outcome, Failed):
                return single.execution.outcome.failure
        return None

    return look


@pytest.fixture
def call(carriers: OsThreads) -> Callable[..., Execution]:
    """Run a body on the thread of vCPU 0, with interrupts off, and raise what it raised.

    Nobody looks on unless `watched` is set: a body takes lists through states of its own.
    """

    def run(
        body: Body,
        *,
        kernel: type[Mechanism] = Reference,
        nr_lr: int = 4,
        nr_vcpus: int = 1,
        watched: bool = False,
        irqs_off: bool = True,
    ) -> Execution:
        raised: list[Exception] = []

        def program(scheduler: Scheduler) -> None:
            kvm = Kvm(scheduler, nr_lr=nr_lr, nr_vcpus=nr_vcpus)
            built = kernel(kvm, judged(kvm))
            if not watched:
                for vcpu in kvm.vcpus:
                    vcpu.vgic_cpu.ap_list_lock.on_unlock = None
                    vcpu.vgic_cpu.ap_list_head.on_add = None
                    vcpu.vgic_cpu.overflow_ap_list_head.on_add = None

            def thread() -> None:
                if irqs_off:
                    local_irq_disable(scheduler)
                try:
                    body(built)
                except Exception as exception:
                    raised.append(exception)

            scheduler.thread("vcpu0", thread)

        execution = execute(program, Quiet(), carriers)
        if raised:
            raise raised[0]
        return execution

    return run


@pytest.fixture
def in_kernel(call: Callable[..., Execution]) -> Callable[..., Execution]:
    """Run a body in which nothing may go wrong."""

    def run(body: Body, **how: object) -> Execution:
        execution = call(body, **how)
        assert isinstance(execution.outcome, Passed), execution.outcome
        return execution

    return run


@pytest.fixture
def failure_in_kernel(call: Callable[..., Execution]) -> Callable[..., Failure]:
    """Run a body that has to end in a failure, and return the failure."""

    def run(body: Body, **how: object) -> Failure:
        outcome = call(body, **how).outcome
        assert isinstance(outcome, Failed), outcome
        return outcome.failure

    return run


@pytest.fixture
def run_machine(carriers: OsThreads) -> Callable[..., tuple[Execution, Machine]]:
    """Run a whole machine once, quietly if no strategy is named."""

    def run(
        parameters: Parameters,
        *,
        kernel: type[Mechanism] = Reference,
        strategy: Strategy | None = None,
        prepare: Callable[[Machine], None] | None = None,
    ) -> tuple[Execution, Machine]:
        machines: list[Machine] = []

        def program(scheduler: Scheduler) -> None:
            machines.append(Machine(scheduler, parameters, kernel))
            if prepare is not None:
                prepare(machines[0])

        return execute(program, strategy or Quiet(), carriers), machines[0]

    return run


@pytest.fixture
def script() -> Callable[..., Strategy]:
    """Make a strategy out of cues, see Script."""

    def of(*cues: tuple[str, str, str]) -> Strategy:
        return Script(cues)

    return of


@pytest.fixture
def enlist() -> Callable[..., None]:
    """Put interrupts on a vCPU's AP-list, or on its overflow list, in this order."""

    def put(vcpu: Vcpu, *irqs: VgicIrq, overflow: bool = False) -> None:
        vgic_cpu = vcpu.vgic_cpu
        head = vgic_cpu.overflow_ap_list_head if overflow else vgic_cpu.ap_list_head
        for irq in irqs:
            head.add_tail(irq.ap_list)
            irq.vcpu = vcpu

    return put


@pytest.fixture
def operations() -> Callable[[Execution], list[str]]:
    """Tell an execution as one "role: operation" or "role:   note" for each entry."""

    def tell(execution: Execution) -> list[str]:
        return [f"{role}: {entry_text(entry)}" for _, role, entry in numbered(execution.trace)]

    return tell
