# SPDX-License-Identifier: GPL-2.0-only
"""Are priorities that are masked, or written in use, judged right in whole machines? Q7 and Q9."""

from collections.abc import Callable, Sequence

import pytest

from harness import Execution, Failed
from harness.engine.trace import entry_text
from vgic import BUGS, Machine, Mechanism, Parameters, Reference
from vgic.accesses import GROUP, PRIORITY, RAISE, Access
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    AWAIT,
    DISABLE_GROUP,
    ENABLE_GROUP,
    END,
    SIGNAL,
    Config,
    Instruction,
    Program,
    Pulse,
    Vcpu,
    VgicIrq,
    setting,
)
from vgic.hardware import ListRegister
from vgic.parameters import Irq

MASKED = 0xF8
RunMachine = Callable[..., tuple[Execution, Machine]]


def access(kind: str, intid: int, value: int = 0) -> Instruction:
    return Instruction(ACCESS, Access(kind, intid, value))


def machine_of(
    irqs: Sequence[tuple[int, int]],
    *programs: Sequence[Instruction],
    nr_lr: int = 1,
    config: Config = Config.EDGE,
    device: Sequence[int] = (),
) -> Parameters:
    """Make a machine of interrupts, each with its priority and vCPU 0's."""
    return Parameters(
        nr_lr,
        tuple(Irq(intid, config, priority, 0) for intid, priority in irqs),
        tuple(Program(tuple(each), (0,)) for each in programs),
        (tuple(Pulse(intid, True, 0, 0) for intid in device),),
    )


def kind_of(execution: Execution) -> str | None:
    outcome = execution.outcome
    return outcome.failure.kind if isinstance(outcome, Failed) else None


def came(execution: Execution) -> list[str]:
    """Return what the guests have acknowledged, in order."""
    told = [entry_text(each) for each in execution.trace]
    return [each.rpartition(" ")[2] for each in told if "guest acknowledges" in each]


# Handlers of vCPU 0, nested, none of them in the list register: that is another's, pending.

NESTED = [(32, 0x80), (33, 0x40), (34, 0xC0)]
OPENS = [
    *(access(RAISE, 32), ACKNOWLEDGE, access(RAISE, 33), ACKNOWLEDGE, access(RAISE, 34)),
]


class CountsNothing(Reference):
    """What the guest ends outside the list registers is not accounted."""

    def eoicount_to_account(self, vcpu: Vcpu) -> int:
        return 0


@pytest.mark.parametrize("kernel", [Reference, CountsNothing])
@pytest.mark.parametrize(("intid", "priority"), [(33, 0x88), (33, 0x80), (32, 0x20), (32, 0x40)])
def test_handlers_outside_that_no_longer_nest_are_ended_by_right(
    run_machine: RunMachine, kernel: type[Mechanism], intid: int, priority: int
) -> None:
    program = [*OPENS, access(PRIORITY, intid, priority), END, END]
    execution, _ = run_machine(machine_of(NESTED, program), kernel=kernel)
    assert kind_of(execution) is None


@pytest.mark.parametrize(
    "writes",
    [[(33, 0x78)], [(32, 0xF0)], [(33, 0x88), (33, 0x40)], [(34, 0x00), (34, 0xE0)], [(33, 0x40)]],
    ids=["inner", "outer", "put back", "of another", "as it was"],
)
def test_an_end_outside_is_judged_while_the_handlers_nest(
    run_machine: RunMachine, writes: list[tuple[int, int]]
) -> None:
    program = [*OPENS, *(access(PRIORITY, *each) for each in writes), END, END]
    execution, _ = run_machine(machine_of(NESTED, program))
    assert kind_of(execution) is None
    execution, _ = run_machine(machine_of(NESTED, program), kernel=CountsNothing)
    assert kind_of(execution) == "I13 stuck active"


@pytest.mark.parametrize(("put_back", "found"), [(True, "I9 lost edge"), (False, None)])
def test_the_canary_is_seen_after_a_priority_was_put_back_in_its_handler(
    run_machine: RunMachine, put_back: bool, found: str | None
) -> None:
    writes = [access(PRIORITY, 32, priority) for priority in (0x20, 0x80)[: 1 + put_back]]
    program = [access(RAISE, 32), ACKNOWLEDGE, *writes, END, access(RAISE, 33), Instruction(ACCESS)]
    irqs = [(32, 0x80), (33, 0x40)]
    execution, _ = run_machine(machine_of(irqs, program), kernel=BUGS["canary"].cls)
    assert kind_of(execution) == found


@pytest.mark.parametrize(("intid", "found"), [(32, None), (34, "I13 stuck active")])
def test_a_write_after_the_flush_excuses_an_end_outside_if_it_is_to_an_open_handler(
    run_machine: RunMachine, intid: int, found: str | None
) -> None:
    here = [*OPENS, access(RAISE, 35), Instruction(SIGNAL, number=0)]
    here += [Instruction(AWAIT, number=1), END, END]
    there = [Instruction(AWAIT, number=0), access(PRIORITY, intid, 0xE0)]
    there.append(Instruction(SIGNAL, number=1))
    parameters = machine_of([*NESTED, (35, 0xC8)], here, there, nr_lr=2)
    execution, _ = run_machine(parameters, kernel=CountsNothing)
    assert kind_of(execution) == found


# Groups are written in use as priorities are: the active priority is in the group it was taken in.


class EndsNothing(Reference):
    """What a list register no longer has active stays active."""

    def fold_irq(self, irq: VgicIrq, lr: ListRegister) -> None:
        was_active = irq.active
        super().fold_irq(irq, lr)
        irq.active |= was_active


ENABLED = setting(ENABLE_GROUP, 0)


@pytest.mark.parametrize(
    ("writes", "found"),
    [
        ((0,), None),
        ((1,), "I13 stuck active"),
        ((0, 1), "I13 stuck active"),
        ((), "I13 stuck active"),
    ],
    ids=["moved", "as it was", "put back", "not written"],
)
def test_an_end_of_what_was_moved_to_another_group_in_its_handler_is_another_by_right(
    run_machine: RunMachine, writes: Sequence[int], found: str | None
) -> None:
    """An exit in between has its list register loaded anew, in the new group."""
    moved = [access(GROUP, 32, group) for group in writes] or [Instruction(ACCESS)]
    program = [ENABLED, access(RAISE, 32), ACKNOWLEDGE, *moved, END]
    parameters = machine_of([(32, 0x80)], program)
    execution, _ = run_machine(parameters)
    assert kind_of(execution) is None
    execution, _ = run_machine(parameters, kernel=EndsNothing)
    assert kind_of(execution) == found


@pytest.mark.parametrize("kernel", [Reference, CountsNothing])
@pytest.mark.parametrize(
    ("writes", "excused"),
    [([(33, 0)], True), ([(32, 0)], False), ([(33, 0), (33, 1)], False), ([(33, 1)], False)],
    ids=["inner", "outer", "put back", "as it was"],
)
def test_handlers_outside_that_are_sorted_by_a_written_group_are_ended_by_right(
    run_machine: RunMachine,
    kernel: type[Mechanism],
    writes: list[tuple[int, int]],
    excused: bool,
) -> None:
    """Group 0 is disabled, so that what is in it is sorted behind all else."""
    disabled = setting(DISABLE_GROUP, 0)
    program = [disabled, *OPENS, *(access(GROUP, *each) for each in writes), END, END, ENABLED]
    execution, _ = run_machine(machine_of(NESTED, program), kernel=kernel)
    wanted = "I13 stuck active" if kernel is CountsNothing and not excused else None
    assert kind_of(execution) == wanted


def test_what_was_in_another_group_before_it_was_taken_is_ended_in_that(
    run_machine: RunMachine,
) -> None:
    program = [ENABLED, access(GROUP, 32, 0), access(RAISE, 32), ACKNOWLEDGE, END]
    execution, _ = run_machine(machine_of([(32, 0x80)], program))
    assert kind_of(execution) is None
    program[-1:] = [Instruction(ACCESS), END]
    execution, _ = run_machine(machine_of([(32, 0x80)], program), kernel=EndsNothing)
    assert kind_of(execution) == "I13 stuck active"


# What no priority mask lets in.


class QueuesNothing(Reference):
    """An interrupt becomes pending, and that is all."""

    def vgic_queue_irq_unlock(self, irq: VgicIrq, irqs_were_off: bool) -> bool:
        irq.irq_lock.unlock_irqrestore(irqs_were_off)
        return False


class TellsNobody(Reference):
    """An interrupt is queued, and that is all."""

    def announce_pending(self, vcpu: Vcpu) -> None:
        pass


@pytest.mark.parametrize("config", [Config.EDGE, Config.LEVEL])
@pytest.mark.parametrize("nr_lr", [1, 2])
def test_what_is_masked_is_sent_and_never_comes_and_the_others_do(
    run_machine: RunMachine, nr_lr: int, config: Config
) -> None:
    """With one list register for two of them the vCPU could only leave and enter for ever."""
    irqs = [(32, MASKED), (33, MASKED), (34, 0xF0), (35, MASKED)]
    parameters = machine_of(irqs, [], nr_lr=nr_lr, config=config, device=(32, 33, 34, 35, 34))
    execution, _ = run_machine(parameters)
    assert kind_of(execution) is None
    assert set(came(execution)) == {"34"}


@pytest.mark.parametrize(
    ("kernel", "kind"),
    [(QueuesNothing, "I8 pending but not queued"), (TellsNobody, "I16 arrival unannounced")],
)
def test_what_is_masked_is_to_be_listed_and_announced_all_the_same(
    run_machine: RunMachine, kernel: type[Mechanism], kind: str
) -> None:
    execution, _ = run_machine(machine_of([(32, MASKED)], [], device=(32,)), kernel=kernel)
    assert kind_of(execution) == kind


def test_what_is_sent_again_after_a_write_has_unmasked_it_is_to_be_announced(
    run_machine: RunMachine,
) -> None:
    here = [access(RAISE, each) for each in (32, 33, 34)]
    there = [Instruction("work"), access(PRIORITY, 34, 0x40)]
    irqs = [(each, MASKED) for each in (32, 33, 34)]
    execution, _ = run_machine(machine_of(irqs, here, there, nr_lr=2), kernel=TellsNobody)
    assert kind_of(execution) is None
    there.append(access(RAISE, 34))
    execution, _ = run_machine(machine_of(irqs, here, there, nr_lr=2), kernel=TellsNobody)
    assert kind_of(execution) == "I16 missed kick"


@pytest.mark.parametrize("config", [Config.EDGE, Config.LEVEL])
@pytest.mark.parametrize("intid", [32, 33, 34])
def test_what_a_write_unmasks_waits_for_an_exit_and_comes_then(
    run_machine: RunMachine, config: Config, intid: int
) -> None:
    """One of the three is outside the list registers when vCPU 0 idles in its guest."""
    here = [access(RAISE, each) for each in (32, 33, 34)]
    there = [Instruction("work"), access(PRIORITY, intid, 0x40)]
    irqs = [(each, MASKED) for each in (32, 33, 34)]
    execution, _ = run_machine(machine_of(irqs, here, there, nr_lr=2, config=config))
    assert kind_of(execution) is None
    assert came(execution) == [str(intid)]
