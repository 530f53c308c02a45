# SPDX-License-Identifier: GPL-2.0-only
"""Do guests wait for each other by cells of memory, and still leave when they are asked to?"""

from collections.abc import Callable

import pytest

from harness import Execution, Failed, OsThreads, Passed, Scheduler, Streams
from harness.engine.trace import entry_text
from harness.search.explore import every_behaviour, every_schedule
from harness.search.strategies import STRATEGIES
from stress.executions import Target, run
from vgic import Irq, Machine, Mechanism, Parameters, Reference
from vgic.accesses import ENABLE, EXITS, LOWER, PENDING, RAISE, Access
from vgic.composition import compose
from vgic.data.intids import Config
from vgic.data.program import (
    ACCESS,
    ACKNOWLEDGE,
    AWAIT,
    END,
    LINGER,
    SIGNAL,
    WORK,
    Instruction,
    Program,
)
from vgic.data.vm import Kvm
from vgic.guest.cells import is_set, signal, wait

RunMachine = Callable[..., tuple[Execution, Machine]]

SET_1, AWAIT_1 = Instruction(SIGNAL, number=1), Instruction(AWAIT, number=1)
RAISE_32, LOWER_32 = (Instruction(ACCESS, Access(kind, 32)) for kind in (RAISE, LOWER))


def machine(
    *programs: tuple[Instruction, ...],
    config: Config = Config.EDGE,
    nr_lr: int = 1,
    nr_irqs: int = 1,
    late: int = 0,
) -> Parameters:
    return Parameters(
        nr_lr=nr_lr,
        irqs=tuple(Irq(32 + n, config, 0x80, 0) for n in range(nr_irqs)),
        guests=tuple(Program(each, (late,)) for each in programs),
        devices=(),
    )


def said(execution: Execution) -> list[str]:
    """Return what the guests say, in order."""
    texts = [entry_text(entry) for entry in execution.trace]
    return [text for text in texts if "guest " in text]


def test_a_guest_goes_on_when_another_has_set_its_cell(run_machine: RunMachine) -> None:
    execution, _ = run_machine(machine((AWAIT_1, RAISE_32), (WORK, SET_1)))
    assert isinstance(execution.outcome, Passed)
    words = ["signals 1", "has awaited 1", "acknowledges 32", "ends 32"]
    assert [text.partition("guest ")[2] for text in said(execution)] == words


def test_a_cell_that_is_set_stays_set(run_machine: RunMachine) -> None:
    execution, _ = run_machine(machine((SET_1, SET_1, AWAIT_1, AWAIT_1)))
    assert len(said(execution)) == 4


@pytest.mark.parametrize("late", [0, 1, 3])
@pytest.mark.parametrize("nr_irqs", [1, 3])
def test_who_awaits_for_ever_leaves_and_comes_back_and_takes_nothing(
    late: int, nr_irqs: int, run_machine: RunMachine
) -> None:
    raised = tuple(Instruction(ACCESS, Access(RAISE, 32 + n)) for n in range(nr_irqs))
    execution, _ = run_machine(machine((AWAIT_1,), raised, nr_irqs=nr_irqs, late=late))
    assert isinstance(execution.outcome, Passed), execution.outcome
    assert said(execution) == []


def test_an_interrupt_that_came_meanwhile_is_taken_after_it(run_machine: RunMachine) -> None:
    parameters = machine((AWAIT_1, ACKNOWLEDGE, END), (RAISE_32, SET_1))
    execution, _ = run_machine(parameters)
    assert isinstance(execution.outcome, Passed)
    words = ["signals 1", "has awaited 1", "acknowledges 32", "ends 32"]
    assert [text.partition("guest ")[2] for text in said(execution)] == words


MACHINES = {
    "raised from beside": machine((AWAIT_1, ACKNOWLEDGE), (RAISE_32, SET_1, RAISE_32)),
    "a level": machine((AWAIT_1,), (RAISE_32, SET_1), config=Config.LEVEL),
    "lowered again": machine((AWAIT_1,), (RAISE_32, LOWER_32, SET_1), config=Config.LEVEL),
    "more than fit": machine(
        (ACKNOWLEDGE, AWAIT_1),
        (*(Instruction(ACCESS, Access(RAISE, 32 + n)) for n in range(3)), SET_1),
        nr_irqs=3,
        late=2,
    ),
    "all of them": machine(
        (RAISE_32, Instruction(LINGER, number=9), Instruction(ACCESS, Access(PENDING, 32))),
        (Instruction(ACCESS, Access(EXITS, 0)), Instruction(ACCESS, Access(ENABLE, 32)), SET_1),
        (AWAIT_1, RAISE_32),
    ),
}


def failures(parameters: Parameters, kernel: type[Mechanism], carriers: OsThreads) -> set[str]:
    """Run a machine under some schedules; return the kinds of what is wrong with it."""
    kinds = set()
    for number in range(60):
        name = ("random-walk", "pct", "burst")[number % 3]
        strategy = STRATEGIES[name](Streams(1, "cells", number).stream("schedule"), 120)
        outcome = run(parameters, Target(cls=kernel), strategy, carriers).execution.outcome
        if isinstance(outcome, Failed):
            kinds.add(outcome.failure.kind)
    return kinds


@pytest.mark.parametrize("name", MACHINES)
def test_nothing_is_wrong_with_the_reference(name: str, pinned: OsThreads) -> None:
    assert failures(MACHINES[name], Reference, pinned) == set()


@pytest.mark.parametrize("name", ["raised from beside", "a level"])
def test_a_bug_is_seen_when_a_vcpu_raises_the_line(name: str, pinned: OsThreads) -> None:
    kernel = compose(Reference, ("kick_without_request",))
    assert failures(MACHINES[name], kernel, pinned)


def meeting(scheduler: Scheduler) -> None:
    """A vCPU awaits a cell while another thread sets that, and a third sends two IPIs."""
    kvm = Kvm(scheduler, nr_lr=1, nr_vcpus=1)
    (vcpu,) = kvm.vcpus

    def guest() -> None:
        exits = 0
        while not is_set(kvm, vcpu, 1):
            if vcpu.ipi.pending:
                vcpu.ipi.take()
                exits += 1
            else:
                wait(kvm, vcpu, 1)
        scheduler.note("goes on", exits, vcpu.ipi.pending)

    def kicker() -> None:
        vcpu.ipi.send()
        vcpu.ipi.send()

    scheduler.thread(vcpu.role, guest)
    scheduler.thread("signaller", lambda: signal(kvm, 1))
    scheduler.thread("kicker", kicker)


def test_one_execution_of_each_behaviour_sees_what_every_schedule_does(carriers: OsThreads) -> None:
    def ends(execution: Execution) -> str:
        (last,) = [text for text in map(entry_text, execution.trace) if "goes on" in text]
        return last

    reduced, whole = set[str](), set[str]()
    every_behaviour(
        meeting,
        carriers,
        executions_max=1_000,
        heard=lambda execution: reduced.add(ends(execution)),
    )
    every_schedule(
        meeting,
        carriers,
        preemptions=20,
        executions_max=5_000,
        heard=lambda execution: whole.add(ends(execution)),
    )
    assert reduced == whole
    assert len(whole) == 5
