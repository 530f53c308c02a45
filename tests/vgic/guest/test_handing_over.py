# SPDX-License-Identifier: GPL-2.0-only
"""Is a shared interrupt that one guest hands over deactivated by exactly one, whoever that is?

The first that takes it over, or the guest itself, which takes back what nobody has taken when it
has nothing else to do.
"""

from collections import Counter
from collections.abc import Callable

import pytest

from harness import Execution, Failed, OsThreads, Passed, Scheduler, Streams
from harness.search.explore import every_schedule
from harness.search.strategies import STRATEGIES
from stress.executions import Target, run
from vgic import Irq, Machine, Mechanism, Parameters
from vgic.accesses import PEND, Access
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    AWAIT,
    END,
    EOI_MODE,
    HAND_OVER,
    SIGNAL,
    TAKE_OVER,
    WORK,
    Config,
    Instruction,
    Kvm,
    Program,
    setting,
)
from vgic.guest.open_handlers import OpenHandlers
from vgic.tracepoints import announcer

RunMachine = Callable[..., tuple[Execution, Machine]]
SET, AWAITED = Instruction(SIGNAL, number=0), Instruction(AWAIT, number=0)
DROPS_ONLY = setting(EOI_MODE, 1)
PENDS = Instruction(ACCESS, Access(PEND, 40))
GIVES = (PENDS, DROPS_ONLY, ACKNOWLEDGE, END, HAND_OVER, SET)
TAKES = (DROPS_ONLY, AWAITED, TAKE_OVER, WORK)


def dropped(kernel: Mechanism, *intids: int, vcpu: int = 0) -> OpenHandlers:
    handlers = OpenHandlers(kernel.kvm, kernel.kvm.vcpus[vcpu], announcer())
    handlers.dropped.extend(intids)
    return handlers


def test_the_shared_one_that_was_dropped_first_is_handed_over(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        handlers = dropped(kernel, 5, 20, 40, 41)
        handlers.hand_over()
        assert (handlers.dropped, kernel.kvm.handed_over.value) == ([5, 20, 41], ((0, 40),))
        handlers.hand_over()
        handlers.hand_over()
        assert (handlers.dropped, kernel.kvm.handed_over.value) == ([5, 20], ((0, 40), (0, 41)))

    in_kernel(body)


def test_who_takes_over_takes_the_first_of_anybodys(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        first, second, third = dropped(kernel, 40), dropped(kernel, 41), dropped(kernel)
        assert third.take_over() is None
        first.hand_over()
        second.hand_over()
        assert [third.take_over() for _ in range(3)] == [40, 41, None]

    in_kernel(body)


def test_who_takes_back_takes_only_what_was_its_own(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        first, second = dropped(kernel, 40), dropped(kernel, 41, vcpu=1)
        first.hand_over()
        second.hand_over()
        assert (first.waits_for_another, second.waits_for_another) == (True, True)
        assert [second.take_back() for _ in range(2)] == [41, None]
        assert (first.waits_for_another, second.waits_for_another) == (True, False)
        assert second.take_over() == 40
        assert not first.waits_for_another
        assert first.take_back() is None
        second.dropped.append(40)
        second.hand_over()
        assert not first.waits_for_another, "that is another's"

    in_kernel(body, nr_vcpus=2)


def contended(takers: int, handed: int) -> tuple[Callable[[Scheduler], None], list[list[str]]]:
    """Let one guest hand over and take back while others take over; say who got what each time."""
    got: list[list[str]] = []

    def program(scheduler: Scheduler) -> None:
        kvm = Kvm(scheduler, nr_lr=1, nr_vcpus=1 + takers)
        taken: list[str] = []
        got.append(taken)

        def handlers(vcpu: int) -> OpenHandlers:
            return OpenHandlers(kvm, kvm.vcpus[vcpu], announcer())

        def gives() -> None:
            mine = handlers(0)
            mine.dropped.extend(range(40, 40 + handed))
            for _ in range(handed):
                mine.hand_over()
            while mine.waits_for_another:
                taken.append(f"{mine.take_back()} back")

        def takes(number: int) -> Callable[[], None]:
            return lambda: taken.append(f"{handlers(1 + number).take_over()} taker{number}")

        scheduler.thread("gives", gives)
        for number in range(takers):
            scheduler.thread(f"taker{number}", takes(number))

    return program, got


@pytest.mark.parametrize(("takers", "handed"), [(2, 1), (1, 2)])
def test_exactly_one_gets_it_under_every_schedule(
    takers: int, handed: int, carriers: OsThreads
) -> None:
    program, got = contended(takers, handed)
    every_schedule(program, carriers, preemptions=3, executions_max=5_000)
    expected = {str(intid): 1 for intid in range(40, 40 + handed)}
    for taken in got:
        counts = Counter(each.partition(" ")[0] for each in taken)
        counts.pop("None", None)
        assert counts == expected, taken
    winners = {each for taken in got for each in taken if each.startswith("40")}
    assert winners == {"40 back", *(f"40 taker{number}" for number in range(takers))}
    assert any("None back" in taken for taken in got), "somebody was quicker"


def machine(
    *programs: tuple[Instruction, ...],
    nr_lr: int = 2,
    config: Config = Config.EDGE,
) -> Parameters:
    """Return a machine with INTID 40, routed to vCPU 0."""
    return Parameters(
        nr_lr=nr_lr,
        irqs=(Irq(40, config, 0x80, 0),),
        guests=tuple(Program(each, (0,)) for each in programs),
        devices=(),
    )


def deactivations(story: list[str]) -> list[str]:
    """Return by which vCPUs something was deactivated, in order."""
    return [line.partition(":")[0] for line in story if "guest deactivates 40" in line]


def test_another_deactivates_what_was_handed_over(
    run_machine: RunMachine, operations: Callable[[Execution], list[str]]
) -> None:
    done = Instruction(SIGNAL, number=1), Instruction(AWAIT, number=1)
    execution, built = run_machine(machine((*GIVES, done[1]), (*TAKES, done[0])))
    assert isinstance(execution.outcome, Passed), execution.outcome
    story = operations(execution)
    assert sum("guest hands over 40" in line for line in story) == 1
    assert deactivations(story) == ["vcpu1"]
    assert built.kvm.handed_over.value == ()
    assert not any(irq.active for irq in built.kvm.irqs)


@pytest.mark.parametrize(
    "other",
    [(), (DROPS_ONLY,), (AWAITED, TAKE_OVER)],
    ids=["does nothing", "takes nothing", "in EOImode 0"],
)
def test_what_nobody_takes_its_own_guest_takes_back(
    other: tuple[Instruction, ...],
    run_machine: RunMachine,
    operations: Callable[[Execution], list[str]],
) -> None:
    execution, built = run_machine(machine(GIVES, other))
    assert isinstance(execution.outcome, Passed), execution.outcome
    story = operations(execution)
    assert sum("guest hands over 40" in line for line in story) == 1
    assert deactivations(story) == ["vcpu0"]
    assert built.kvm.handed_over.value == ()
    assert not any(irq.active for irq in built.kvm.irqs)


@pytest.mark.parametrize("config", list(Config))
@pytest.mark.parametrize("nr_lr", [1, 2])
def test_it_is_deactivated_once_under_many_schedules(
    nr_lr: int, config: Config, pinned: OsThreads, operations: Callable[[Execution], list[str]]
) -> None:
    parameters = machine(GIVES, TAKES, TAKES, nr_lr=nr_lr, config=config)
    by = set[str]()
    for number in range(45):
        name = ("random-walk", "pct", "burst")[number % 3]
        strategy = STRATEGIES[name](Streams(1, "handing over", number).stream("schedule"), 120)
        execution = run(parameters, Target(), strategy, pinned).execution
        assert not isinstance(execution.outcome, Failed), execution.outcome
        story = operations(execution)
        acknowledged = sum("guest acknowledges 40" in line for line in story)
        assert len(deactivations(story)) == acknowledged >= 1
        by.update(deactivations(story))
    assert by == {"vcpu0", "vcpu1", "vcpu2"}
