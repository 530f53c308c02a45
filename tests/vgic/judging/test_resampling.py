# SPDX-License-Identifier: GPL-2.0-only
"""Does the host hear of each end of what it samples again, and is it said if it does not? I32.

Whole machines: a device that is passed through asks once, and its guest handles that in one stay,
in two, outside the list registers, by DIR, or by DIR of another vCPU.
"""

from collections.abc import Callable, Sequence

import pytest

from harness import Execution, Failed, Failure
from harness.engine.trace import entry_text, numbered
from vgic import REVISIONS, Machine, Mechanism, Parameters, Reference
from vgic.accesses import ACTIVATE, DEACTIVATE, EXITS, PRIORITY, RAISE, Access
from vgic.composition import compose
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    AWAIT,
    END,
    HAND_OVER,
    LEVEL,
    SIGNAL,
    TAKE_OVER,
    Instruction,
    Program,
    Pulse,
    VgicIrq,
    dir_of,
    setting,
)
from vgic.data.own_interface import EOI_MODE
from vgic.parameters import Irq

RunMachine = Callable[..., tuple[Execution, Machine]]
Judge = Callable[[Parameters, type[Mechanism]], str | None]

UNHEARD = "I32 end unheard"
BUG = compose(Reference, ["ends_unheard"])
EXIT = Instruction(ACCESS)
MODE_1 = setting(EOI_MODE, 1)


class NotifiesNobody(Reference):
    """Nobody waits for an end."""

    def kvm_notify_acked_irq(self, irq: VgicIrq) -> None:
        pass


def access(kind: str, intid: int, value: int = 0) -> Instruction:
    return Instruction(ACCESS, Access(kind, intid, value))


def machine_of(*programs: Sequence[Instruction], nr_lr: int = 1, asks: int = 0) -> Parameters:
    """Make a machine of two devices that are passed through, 32 and 33, both vCPU 0's."""
    irqs = [Irq(intid, LEVEL, 0x80 - 0x40 * (intid - 32), 0, resampled=True) for intid in (32, 33)]
    pulses = tuple(Pulse(32, True, 0, 0) for _ in range(asks))
    guests = tuple(Program(tuple(each), (0,)) for each in programs)
    return Parameters(nr_lr, tuple(irqs), guests, (pulses,))


ONE_STAY = machine_of([access(RAISE, 32), ACKNOWLEDGE, END])
TWO_STAYS = machine_of([access(RAISE, 32), ACKNOWLEDGE, EXIT, END])
OUTSIDE = machine_of(
    [access(RAISE, 32), ACKNOWLEDGE, access(RAISE, 33), ACKNOWLEDGE, EXIT, END, EXIT, END]
)
BY_DIR = machine_of([MODE_1, access(RAISE, 32), ACKNOWLEDGE, END, dir_of(0)])
BY_DIR_LATER = machine_of([MODE_1, access(RAISE, 32), ACKNOWLEDGE, EXIT, END, EXIT, dir_of(0)])
BY_ANOTHER = machine_of(
    [
        *(MODE_1, access(RAISE, 32), ACKNOWLEDGE, END, HAND_OVER),
        *(Instruction(SIGNAL, number=0), Instruction(AWAIT, number=1)),
    ],
    [MODE_1, Instruction(AWAIT, number=0), TAKE_OVER, Instruction(SIGNAL, number=1)],
)
ALL = {
    "one stay": ONE_STAY,
    "two stays": TWO_STAYS,
    "outside": OUTSIDE,
    "DIR": BY_DIR,
    "DIR later": BY_DIR_LATER,
    "DIR of another": BY_ANOTHER,
}


@pytest.mark.parametrize("how", ALL)
def test_the_reference_hears_of_each_end(run_machine: RunMachine, how: str) -> None:
    execution, machine = run_machine(ALL[how])
    assert not isinstance(execution.outcome, Failed), execution.outcome
    for irq in machine.kvm.irqs:
        assert irq.resampled is not None
        assert (irq.resampled.raised, irq.line_level, irq.active) == (False, False, False)


@pytest.mark.parametrize("how", ALL)
def test_it_fires_where_nobody_is_notified(kind_of: Judge, how: str) -> None:
    assert kind_of(ALL[how], NotifiesNobody) == UNHEARD


@pytest.mark.parametrize("kernel", [BUG, REVISIONS["v1-posted"].cls, REVISIONS["linux-7.3"].cls])
@pytest.mark.parametrize(("how", "found"), [("one stay", UNHEARD), ("two stays", None)])
def test_shipped_kernels_hear_of_an_end_that_an_exit_comes_before(
    kind_of: Judge, kernel: type[Mechanism], how: str, found: str | None
) -> None:
    assert kind_of(ALL[how], kernel) == found


@pytest.mark.parametrize(
    ("name", "how", "found"),
    [
        ("linux-7.3", "outside", None),
        ("linux-7.3", "DIR later", None),
        ("linux-7.3", "DIR", UNHEARD),
        ("classic", "one stay", None),
        ("classic", "two stays", None),
    ],
)
def test_what_else_shipped_kernels_hear_of(
    kind_of: Judge, name: str, how: str, found: str | None
) -> None:
    assert kind_of(ALL[how], REVISIONS[name].cls) == found


def test_dir_of_another_is_unheard_where_icactiver_is_written_for_it(kind_of: Judge) -> None:
    """As all shipped kernels do with what is in a list register."""
    assert kind_of(BY_ANOTHER, compose(Reference, ["dir_leaves_latch"])) == UNHEARD
    assert kind_of(BY_DIR_LATER, compose(Reference, ["dir_leaves_latch"])) is None


def test_what_was_asked_for_after_the_end_is_handled_as_well(run_machine: RunMachine) -> None:
    """The line goes down and up again in the fold; each handler serves all that came before."""
    execution, machine = run_machine(machine_of([], asks=3))
    assert not isinstance(execution.outcome, Failed), execution.outcome
    device = machine.kvm.irqs[0].resampled
    assert device is not None
    assert (device.causes, device.raised) == (0, False)


# Where it is silent: who and whose guest no longer agree lose by right.


@pytest.mark.parametrize("in_between", [DEACTIVATE, EXITS])
@pytest.mark.parametrize(
    "ends",
    [[ACKNOWLEDGE, EXIT, "here", END], [MODE_1, ACKNOWLEDGE, "here", END, dir_of(0)],
     [MODE_1, ACKNOWLEDGE, EXIT, END, "here", dir_of(0)]],
)  # fmt: skip
def test_an_end_of_what_software_has_deactivated_is_none(
    run_machine: RunMachine, ends: list[Instruction | str], in_between: str
) -> None:
    """Quirk Q10: it is pending again as its line is up, and the host hears of the next end."""
    here = access(in_between, 32 if in_between == DEACTIVATE else 0)
    program = [here if isinstance(each, str) else each for each in ends]
    parameters = machine_of([access(RAISE, 32), *program])
    execution, machine = run_machine(parameters)
    assert not isinstance(execution.outcome, Failed), execution.outcome
    assert not machine.kvm.irqs[0].line_level
    acknowledged = [each for _, _, each in numbered(execution.trace)]
    times = sum("guest acknowledges 32" in entry_text(each) for each in acknowledged)
    assert times == (2 if in_between == DEACTIVATE else 1)


@pytest.mark.parametrize(("priority", "found"), [(0x20, None), (0x80, UNHEARD)])
def test_an_end_that_means_another_is_none(
    kind_of: Judge, priority: int, found: str | None
) -> None:
    """Quirk Q7."""
    program = [access(RAISE, 32), ACKNOWLEDGE, access(PRIORITY, 32, priority), END]
    assert kind_of(machine_of(program), NotifiesNobody) == found


def test_what_software_has_activated_and_deactivated_is_no_end(kind_of: Judge) -> None:
    program = [access(ACTIVATE, 33), access(DEACTIVATE, 33)]
    assert kind_of(machine_of(program), NotifiesNobody) is None


def test_the_bug_is_found_and_the_reference_is_silent(
    first_failure: Callable[..., Failure | None],
) -> None:
    found = first_failure(BUG, "devices_passed_through", 20)
    assert found is not None
    assert found.kind == UNHEARD
    assert first_failure(Reference, "devices_passed_through", 40) is None
