# SPDX-License-Identifier: GPL-2.0-only
"""Does the host interrupt, signal and reschedule vCPUs, and does nothing come of it but that?"""

from collections.abc import Callable

import pytest

from harness import Execution, Passed, Strategy
from vgic import Irq, Machine, Parameters
from vgic.data import EDGE, HostEvent, Program, Pulse

RunMachine = Callable[..., tuple[Execution, Machine]]
Tell = Callable[[Execution], list[str]]

NOBODY = Parameters(
    nr_lr=1,
    irqs=(Irq(32, EDGE, 0x80, 0),),
    guests=(Program.spelled("", (0,)),),
    devices=((),),
)


def with_host(*events: tuple[str, int, int], letters: str = "") -> Parameters:
    host = tuple(HostEvent(*event) for event in events)
    return NOBODY._replace(guests=(Program.spelled(letters, (0,)),), host=host)


def flushes(execution: Execution, operations: Tell) -> int:
    return sum(line == "vcpu0: lock ap_list_lock[vcpu 0]" for line in operations(execution)) // 2


def test_a_host_that_does_nothing_has_no_thread(run_machine: RunMachine) -> None:
    _, machine = run_machine(NOBODY)
    roles = [thread.role for thread in machine.kvm.scheduler.threads]
    assert roles == ["vcpu0", "dev0"]
    _, machine = run_machine(with_host(("tick", 0, 0)))
    assert [thread.role for thread in machine.kvm.scheduler.threads] == [*roles, "host0"]


@pytest.mark.parametrize(
    ("kind", "moves"), [("tick", False), ("signal", True), ("reschedule", True)]
)
def test_it_makes_a_guest_leave_once(
    kind: str, moves: bool, run_machine: RunMachine, operations: Tell
) -> None:
    quiet, _ = run_machine(NOBODY)
    execution, machine = run_machine(with_host((kind, 0, 2)))
    assert execution.outcome == Passed()
    assert "tick" in machine.windows
    assert ("other_cpu" in machine.windows) is moves
    assert flushes(execution, operations) == flushes(quiet, operations) + 1
    assert operations(execution).count("host0: work host 0") == 2


def test_a_vcpu_that_is_outside_is_not_interrupted(
    run_machine: RunMachine, script: Callable[..., Strategy]
) -> None:
    early = script(("start", "start", "host0"))
    execution, machine = run_machine(with_host(("tick", 0, 0)), strategy=early)
    assert execution.outcome == Passed()
    assert "tick" not in machine.windows


@pytest.mark.parametrize("kind", ["tick", "signal", "reschedule"])
def test_of_those_only_a_signal_wakes_a_vcpu_whose_guest_waits(
    kind: str, run_machine: RunMachine, operations: Tell
) -> None:
    execution, machine = run_machine(with_host((kind, 0, 0), letters="w"))
    assert execution.outcome == Passed()
    assert ("wake_up" in machine.windows) is (kind == "signal")
    drained = any("every vCPU that sleeps" in line for line in operations(execution))
    assert drained is (kind != "signal")


def test_an_interrupt_that_comes_meanwhile_is_served(run_machine: RunMachine) -> None:
    busy = with_host(("reschedule", 0, 0), ("signal", 0, 0), ("tick", 0, 0), letters="wwae")
    execution, machine = run_machine(busy._replace(devices=((Pulse(32, level=True, pause=1),),)))
    assert execution.outcome == Passed()
    assert not machine.kvm.irqs[0].pending_latch
