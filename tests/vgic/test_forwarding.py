# SPDX-License-Identifier: GPL-2.0-only
"""Physical interrupts come to the host: on which thread, when, and what of the guest then?

That of a shared interrupt is taken by a CPU of its own, that of a private one on top of its vCPU's
thread, with interrupts on; it makes the guest leave and wakes who sleeps.
"""

from collections.abc import Callable, Sequence

import pytest

from harness import Execution, Failed, Strategy
from harness.engine import IN_IRQ
from vgic import Irq, Machine, Parameters, Reference
from vgic.accesses import DISABLE, ENABLE, RAISE, Access
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    END,
    LEVEL,
    WAIT,
    Instruction,
    Program,
    Pulse,
    Vcpu,
)

RunMachine = Callable[..., tuple[Execution, Machine]]
Operations = Callable[[Execution], list[str]]
Script = Callable[..., Strategy]

TIMER, DEVICE = 27, 32
ON_TOP = "vcpu0:   enter interrupt[ppi 27 of vcpu 0] on top of vcpu0"
TAKES = "vcpu0:   guest acknowledges 27"


class NotesWhereItRuns(Reference):
    """Notes in which context an interrupt is injected."""

    noted: list[tuple[str, bool, bool, bool]]

    def kvm_vgic_inject_irq(self, vcpu: Vcpu | None, intid: int, level: bool) -> int:
        me = self.scheduler.current
        where = (me.role, bool(me.chain & IN_IRQ), me.irqs_off, bool(me.held))
        self.noted = [*vars(self).get("noted", []), where]
        return super().kvm_vgic_inject_irq(vcpu, intid, level)


def machine_of(
    *instructions: Instruction, pulses: Sequence[Pulse] = (), intid: int = TIMER
) -> Parameters:
    irq = Irq(intid, LEVEL, 0x80, 0, mapped=True)
    return Parameters(1, (irq,), (Program(instructions, (0,)),), (tuple(pulses),))


def run(
    run_machine: RunMachine, parameters: Parameters, **how: object
) -> tuple[Execution, Machine]:
    """Run a machine in which nothing is wrong."""
    execution, machine = run_machine(parameters, **how)
    assert not isinstance(execution.outcome, Failed), execution.outcome
    return execution, machine


FIRES = Pulse(TIMER, True, 0, 0)


@pytest.mark.parametrize(("intid", "where"), [(TIMER, "vcpu0"), (DEVICE, "irq0")])
def test_a_handler_runs_in_interrupt_context_on_its_cpu(
    run_machine: RunMachine, intid: int, where: str
) -> None:
    parameters = machine_of(pulses=[Pulse(intid, True, 0, 0)], intid=intid)
    _, machine = run(run_machine, parameters, kernel=NotesWhereItRuns)
    assert isinstance(machine.kernel, NotesWhereItRuns)
    assert machine.kernel.noted == [(where, True, True, False)]


def test_a_guest_that_idles_is_left_for_its_timer_and_interrupted_when_it_has_synced(
    run_machine: RunMachine, operations: Operations
) -> None:
    execution, machine = run(run_machine, machine_of(pulses=[FIRES]))
    told = operations(execution)
    before = told[: told.index(ON_TOP)]
    assert any("idle ipi[vcpu 0]" in each for each in before), "it was in its guest"
    assert before[-1] == "vcpu0: write mode[vcpu 0]", "it is outside by then"
    assert told.count(TAKES) == 1
    assert "on_top" in machine.windows


@pytest.mark.parametrize("at", ["read requests[vcpu 0]", "write mode[vcpu 0]"])
def test_a_timer_that_fires_on_the_way_in_makes_the_guest_leave_at_once(
    run_machine: RunMachine, operations: Operations, script: Script, at: str
) -> None:
    """With interrupts off it is interrupted after the exit, whatever it has published by then."""
    strategy = script(("vcpu0", at, "dev0"))
    execution, _ = run(run_machine, machine_of(pulses=[FIRES]), strategy=strategy)
    assert operations(execution).count(TAKES) == 1


def test_a_vcpu_that_sleeps_is_woken_by_its_timer(
    run_machine: RunMachine, operations: Operations
) -> None:
    program = [WAIT, ACKNOWLEDGE, END]
    execution, machine = run(run_machine, machine_of(*program, pulses=[FIRES]))
    told = operations(execution)
    assert told.index("vcpu0: sleep wait[vcpu 0]") < told.index(ON_TOP) < told.index(TAKES)
    assert {"wait", "wake_up"} <= machine.windows


@pytest.mark.parametrize("intid", [TIMER, DEVICE])
def test_what_is_withdrawn_before_it_is_taken_raises_nothing(
    run_machine: RunMachine, intid: int
) -> None:
    """The device does both at once: nobody comes in between."""
    pulses = [Pulse(intid, True, 0, 0), Pulse(intid, False, 0, 0)]
    parameters = machine_of(pulses=pulses, intid=intid)
    _, machine = run(run_machine, parameters, kernel=NotesWhereItRuns)
    assert vars(machine.kernel).get("noted", []) == []
    physical = machine.kvm.irqs[0].physical
    assert physical is not None
    assert (physical.line, physical.active) == (False, False)


def test_a_timer_that_is_still_up_at_its_end_fires_again(
    run_machine: RunMachine, operations: Operations
) -> None:
    again = Instruction(ACCESS, Access(RAISE, TIMER))
    program = [again, ACKNOWLEDGE, again, END]
    execution, _ = run(run_machine, machine_of(*program))
    told = operations(execution)
    assert told.count(TAKES) == 1, "its driver has dealt with both"
    execution, _ = run(run_machine, machine_of(*program[:2], END, again))
    assert operations(execution).count(TAKES) == 2


def test_while_it_is_disabled_its_device_is_held(
    run_machine: RunMachine, operations: Operations
) -> None:
    kinds = (DISABLE, RAISE, RAISE, ENABLE)
    program = [Instruction(ACCESS, Access(kind, TIMER)) for kind in kinds]
    execution, _ = run(run_machine, machine_of(*program), kernel=NotesWhereItRuns)
    told = operations(execution)
    assert told.count(ON_TOP) == 1
    assert told.count(TAKES) == 1
