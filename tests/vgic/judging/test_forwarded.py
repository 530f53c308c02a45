# SPDX-License-Identifier: GPL-2.0-only
"""Is a physical interrupt held for as long as its guest needs that, and no longer? I33, I34.

Whole machines: a device raises its line, a CPU of the host takes its interrupt, and its guest
handles that in one stay, in two, outside the list registers, or apart from the end.
"""

from collections.abc import Callable, Sequence

import pytest

from harness import Execution, Failed, Failure
from vgic import REVISIONS, Machine, Mechanism, Parameters, Reference
from vgic.accesses import (
    ACTIVATE,
    DEACTIVATE,
    DISABLE,
    ENABLE,
    LOWER,
    PEND,
    RAISE,
    UNPEND,
    Access,
)
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
    WAIT,
    Instruction,
    Program,
    VgicIrq,
    dir_of,
    setting,
)
from vgic.data.own_interface import EOI_MODE
from vgic.hardware import PLAIN, ListRegister
from vgic.parameters import Irq

RunMachine = Callable[..., tuple[Execution, Machine]]
Judge = Callable[[Parameters, type[Mechanism]], str | None]

SILENCED, LET_GO, PHANTOM = "I33 device silenced", "I34 device let go", "I11 phantom level"
EXIT = Instruction(ACCESS)
MODE_1 = setting(EOI_MODE, 1)


class NamesNothing(Reference):
    """A list register does not name the physical interrupt."""

    def vgic_v3_compute_lr(self, vcpu: object, irq: VgicIrq) -> ListRegister:
        lr = super().vgic_v3_compute_lr(vcpu, irq)  # type: ignore[arg-type]  # passed on
        lr.hw = None
        return lr


class LineStaysUp(Reference):
    """What is loaded is noted as up still, so that its end is followed by another delivery."""

    def vgic_v3_populate_lr(self, vcpu: object, irq: VgicIrq, lr: int) -> None:
        was_up = irq.line_level
        super().vgic_v3_populate_lr(vcpu, irq, lr)  # type: ignore[arg-type]  # passed on
        irq.line_level = was_up


class StaysUpAndHolds(LineStaysUp):
    """The device is held for that as well, so that nothing but the second delivery is wrong."""

    def vgic_irq_handle_resampling(self, irq: VgicIrq, lr: ListRegister, was_active: bool) -> None:
        self.vgic_irq_set_phys_active(irq, True)


class LetsGoAtEachFold(Reference):
    """Whatever is folded, its device is let come again."""

    def vgic_irq_handle_resampling(self, irq: VgicIrq, lr: ListRegister, was_active: bool) -> None:
        self.vgic_irq_set_phys_active(irq, False)


def access(kind: str, intid: int, value: int = 0) -> Instruction:
    return Instruction(ACCESS, Access(kind, intid, value))


def signal(number: int) -> Instruction:
    return Instruction(SIGNAL, number=number)


def await_(number: int) -> Instruction:
    return Instruction(AWAIT, number=number)


def machine_of(
    *programs: Sequence[Instruction], nr_lr: int = 1, in_software: bool = False
) -> Parameters:
    """Make a machine with two mapped interrupts, 32 and 33, both vCPU 0's."""
    irqs = [Irq(intid, LEVEL, 0x80 - 0x40 * (intid - 32), 0, mapped=True) for intid in (32, 33)]
    guests = tuple(Program(tuple(each), (3,)) for each in programs)
    hardware = PLAIN._replace(no_hw_deactivation=in_software)
    return Parameters(nr_lr, tuple(irqs), guests, (), hardware=hardware)


TAKEN = [access(RAISE, 32), WAIT, ACKNOWLEDGE]
INNER = [access(RAISE, 33), WAIT, ACKNOWLEDGE]
WAYS: dict[str, list[list[Instruction]]] = {
    "one stay": [[*TAKEN, END]],
    "two stays": [[*TAKEN, EXIT, END]],
    "outside": [[*TAKEN, *INNER, EXIT, END, END]],
    "not taken": [[access(RAISE, 32), WAIT, EXIT, ACKNOWLEDGE, END]],
    "withdrawn": [[access(RAISE, 32), WAIT, access(LOWER, 32)]],
    "comes again": [[*TAKEN, access(RAISE, 32), END, WAIT, ACKNOWLEDGE, END]],
    "DIR": [[MODE_1, *TAKEN, END, dir_of(0)]],
    "DIR later": [[MODE_1, *TAKEN, EXIT, END, EXIT, dir_of(0)]],
    "DIR outside": [[MODE_1, *TAKEN, *INNER, EXIT, END, END, dir_of(1), dir_of(0)]],
    "DIR of another": [
        [MODE_1, *TAKEN, END, HAND_OVER, signal(0), await_(1)],
        [MODE_1, await_(0), TAKE_OVER, signal(1)],
    ],
    "enabled anew": [[access(DISABLE, 32), access(RAISE, 32), EXIT, access(ENABLE, 32), WAIT]],
    "software": [[access(PEND, 32), ACKNOWLEDGE, END]],
    "software, cleared": [[access(PEND, 32), access(UNPEND, 32)]],
    "active by software": [[access(ACTIVATE, 32), access(DEACTIVATE, 32)]],
}


@pytest.mark.parametrize("in_software", [False, True])
@pytest.mark.parametrize("way", WAYS)
def test_the_reference_holds_each_device_and_lets_it_go(
    run_machine: RunMachine, way: str, in_software: bool
) -> None:
    execution, machine = run_machine(machine_of(*WAYS[way], in_software=in_software))
    assert not isinstance(execution.outcome, Failed), execution.outcome
    for irq in machine.kvm.irqs:
        assert irq.physical is not None
        assert (irq.physical.line, irq.physical.active, irq.line_level) == (False, False, False)


@pytest.mark.parametrize("name", ["classic", "head-walk", "linux-7.3"])
@pytest.mark.parametrize("way", ["one stay", "two stays", "not taken", "comes again", "software"])
def test_so_do_shipped_kernels_where_nobody_writes_meanwhile(
    kind_of: Judge, name: str, way: str
) -> None:
    assert kind_of(machine_of(*WAYS[way]), REVISIONS[name].cls) is None


@pytest.mark.parametrize(
    ("kernel", "way", "found"),
    [
        (compose(Reference, ["walk_leaves_physical"]), "outside", SILENCED),
        (compose(Reference, ["walk_leaves_physical"]), "two stays", None),
        (compose(Reference, ["line_not_sampled"]), "not taken", SILENCED),
        (compose(Reference, ["line_not_sampled"]), "one stay", None),
        (StaysUpAndHolds, "one stay", PHANTOM),
        (LineStaysUp, "one stay", LET_GO),
        (LineStaysUp, "two stays", None),
        (NamesNothing, "one stay", "I29 list register differs"),
        (LetsGoAtEachFold, "two stays", LET_GO),
        (LetsGoAtEachFold, "one stay", None),
    ],
)
def test_it_fires_where_a_device_is_held_for_nothing_or_let_go_of(
    kind_of: Judge, kernel: type[Mechanism], way: str, found: str | None
) -> None:
    assert kind_of(machine_of(*WAYS[way]), kernel) == found


# What shipped kernels do when a register is written of what is in use.

BY_MEMORY = compose(Reference, ["physical_by_memory"])


def beside(*instructions: Instruction) -> list[Instruction]:
    """Return what another vCPU does between two cells."""
    return [await_(0), *instructions, signal(1)]


CLEARED_WHILE_HANDLED = machine_of(
    [*TAKEN, signal(0), await_(1), EXIT, END], beside(access(LOWER, 32), access(UNPEND, 32))
)
PENDED_AFTER_ITS_END = machine_of([*TAKEN, END, signal(0), await_(1)], beside(access(PEND, 32)))
ENABLED_WHILE_HANDLED = machine_of(
    [*TAKEN, EXIT, access(ENABLE, 32), END, signal(0)], [await_(0), access(RAISE, 32)]
)


@pytest.mark.parametrize(
    "kernel", [BY_MEMORY, REVISIONS["classic"].cls, REVISIONS["linux-7.3"].cls]
)
@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        (CLEARED_WHILE_HANDLED, LET_GO),
        (ENABLED_WHILE_HANDLED, "I16 missed kick"),
    ],
    ids=["cleared", "enabled"],
)
def test_a_write_goes_by_memory_in_shipped_kernels_and_not_in_the_reference(
    kind_of: Judge, parameters: Parameters, found: str, kernel: type[Mechanism]
) -> None:
    assert kind_of(parameters, kernel) == found
    assert kind_of(parameters, Reference) is None


def test_a_pend_that_is_lost_silences_the_device_as_well(kind_of: Judge) -> None:
    """As F3 with what is mapped: the pend has held the device, and nobody lets it go."""
    assert kind_of(PENDED_AFTER_ITS_END, REVISIONS["linux-7.3"].cls) == SILENCED
    assert kind_of(PENDED_AFTER_ITS_END, Reference) is None


def test_the_bugs_are_found_and_the_reference_is_silent(
    first_failure: Callable[..., Failure | None],
) -> None:
    for bug in ("walk_leaves_physical", "line_not_sampled"):
        found = first_failure(compose(Reference, [bug]), "mapped_to_physical", 60)
        assert found is not None
        assert found.kind == SILENCED
    assert first_failure(Reference, "mapped_to_physical", 30) is None
