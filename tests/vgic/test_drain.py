# SPDX-License-Identifier: GPL-2.0-only
"""Does an execution end in two phases, and is loss judged in the right one?

Missed kicks before anything forces an exit; loss and stuck states after two full entries.
"""

from collections import Counter
from collections.abc import Callable

import pytest

from harness import Execution, Failed, Failure, Passed
from harness.engine.failures import ModelFailure
from tests.fixtures.judged import judged
from vgic import Machine, Mechanism, Parameters, Reference
from vgic.accesses import PEND, Access
from vgic.composition import compose
from vgic.data.intids import Config
from vgic.data.program import Program, Pulse
from vgic.data.vcpu import Vcpu
from vgic.data.vm import Kvm
from vgic.drain import Drain
from vgic.judging.bookkeeping import Bookkeeping
from vgic.parameters import Irq
from vgic.tracepoints import Tracepoints

RunMachine = Callable[..., tuple[Execution, Machine]]

ONE_EDGE = Parameters(
    nr_lr=2,
    irqs=(Irq(32, Config.EDGE, 0x80, 0),),
    guests=(Program.spelled("", (0,)), Program.spelled("", (0,))),
    devices=((Pulse(32, level=True, pause=0),),),
)


class Counting(Reference):
    """Counts the flushes of each vCPU."""

    def __init__(self, kvm: Kvm, trace: Tracepoints) -> None:
        super().__init__(kvm, trace)
        self._flushes: Counter[int] = Counter()

    def kvm_vgic_flush_hwstate(self, vcpu: Vcpu) -> None:
        self._flushes[vcpu.vcpu_id] += 1
        super().kvm_vgic_flush_hwstate(vcpu)


def drained(kernel: Mechanism) -> Drain:
    kernel.kvm.add_irq(32, Config.EDGE, 0x80, 0)
    kernel.trace = judged(kernel.kvm)
    return Drain(kernel.kvm, kernel.trace)


def test_it_forces_two_entries_then_stops_everybody(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        drain = drained(kernel)
        for stopping in (False, False, True):
            assert drain() is True
            assert kernel.kvm.stopping is stopping
            for vcpu in kernel.kvm.vcpus:
                assert vcpu.ipi.pending
                vcpu.ipi.take()
        assert drain() is False

    in_kernel(body, nr_vcpus=2)


def test_a_missed_kick_is_judged_before_anything_forces_an_exit(
    failure_in_kernel: Callable[..., Failure], enlist: Callable[..., None]
) -> None:
    lines: list[bool] = []

    def body(kernel: Mechanism) -> None:
        drain = drained(kernel)
        vcpu, irq = kernel.kvm.vcpus[0], kernel.kvm.irqs[0]
        kernel.trace.flushing(vcpu.vcpu_id)
        irq.pending_latch = True
        enlist(vcpu, irq)
        try:
            drain()
        except ModelFailure:
            lines.append(vcpu.ipi.pending)
            raise

    assert failure_in_kernel(body).kind == "I16 missed kick"
    assert lines == [False]


@pytest.mark.parametrize("what", ["stuck active", "I9 lost edge"])
def test_loss_and_stuck_states_are_judged_only_after_two_entries(
    failure_in_kernel: Callable[..., Failure], what: str
) -> None:
    calls: list[bool] = []

    def body(kernel: Mechanism) -> None:
        drain = drained(kernel)
        irq = kernel.kvm.irqs[0]
        irq.active = what == "stuck active"
        if what == "I9 lost edge":
            kernel.trace.driving(0, irq.intid, True)
            kernel.trace.driven(0, irq.intid, True)
        while len(calls) < 3:
            calls.append(drain())

    assert failure_in_kernel(body).kind == what
    assert calls == [True, True]


def test_masks_open_after_the_missed_kicks_were_judged(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        drain = drained(kernel)
        vcpu, irq = kernel.kvm.vcpus[0], kernel.kvm.irqs[0]
        irq.pending_latch = True
        enlist(vcpu, irq)
        kernel.trace.flushing(vcpu.vcpu_id)
        with vcpu.vgic_cpu.ap_list_lock:
            pass
        vcpu.cpuif.vmcr.pmr = 0
        vcpu.cpuif.vmcr.group_enabled = (False, False)
        assert drain() is True
        assert vcpu.cpuif.vmcr.pmr == 0xF8
        assert vcpu.cpuif.vmcr.group_enabled == (True, True)

    in_kernel(body)


def test_everything_ends_and_every_vcpu_was_forced_through_two_full_entries(
    run_machine: RunMachine,
) -> None:
    execution, machine = run_machine(ONE_EDGE, kernel=Counting)
    assert isinstance(execution.outcome, Passed)
    assert machine.kvm.stopping
    assert not any(irq.active or irq.pending_latch for irq in machine.kvm.irqs)
    # One entry by itself, and two forced.
    for vcpu in machine.kvm.vcpus:
        assert isinstance(machine.kernel, Counting)
        assert machine.kernel._flushes[vcpu.vcpu_id] >= 3


def test_what_a_mask_delays_is_delivered_by_the_drain(run_machine: RunMachine) -> None:
    def mask(machine: Machine) -> None:
        machine.kvm.vcpus[0].cpuif.vmcr.pmr = 0

    execution, machine = run_machine(ONE_EDGE, prepare=mask)
    assert isinstance(execution.outcome, Passed)
    assert not machine.kvm.irqs[0].pending_latch


def test_a_kick_that_is_never_sent_is_a_missed_kick_though_the_drain_would_deliver(
    run_machine: RunMachine,
) -> None:
    class NeverKicks(Reference):
        def announce_pending(self, vcpu: Vcpu) -> None:
            pass

    execution, _ = run_machine(ONE_EDGE, kernel=NeverKicks)
    assert isinstance(execution.outcome, Failed)
    assert execution.outcome.failure.kind == "I16 missed kick"


# What is judged of a guest that ends an interrupt twice, and what does it lose by right?
#
# It has two handlers open, the inner one in the list register and the outer one outside, or the
# other way round, and ends one of them twice. EOIcount carries no INTID, so the host takes it for
# both.


Judge = Callable[[Parameters, type[Mechanism]], str | None]

ACCESSES = tuple(Access(PEND, intid) for intid in (32, 33, 34, 35))


def machine_of(instructions: str) -> Parameters:
    """Return a guest with three nested handlers over one list register, then these instructions."""
    return Parameters(
        nr_lr=1,
        irqs=(
            *(Irq(32 + n, Config.EDGE, 0xA0 - 0x20 * n, 0) for n in range(3)),
            Irq(35, Config.EDGE, 0xC0, 0),
        ),
        guests=(Program.spelled(f"mamamam{instructions}", (4,), ACCESSES),),
        devices=(),
    )


HONEST = machine_of("eee")
MISBEHAVING = machine_of("exee")


@pytest.mark.parametrize("instructions", ["exee", "exxee", "xeee", "eexe", "eeex", "nexnexne"])
def test_a_misbehaving_machine_ends_and_is_not_judged_for_what_it_lost(
    run_machine: RunMachine, instructions: str
) -> None:
    execution, machine = run_machine(machine_of(instructions))
    assert isinstance(execution.outcome, Passed), execution.outcome
    assert machine.kvm.stopping


def test_it_does_lose_something_that_an_honest_guest_would_be_judged_for(
    run_machine: RunMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bookkeeping, "forfeit", lambda self, vcpu: None)
    execution, _ = run_machine(MISBEHAVING)
    assert isinstance(execution.outcome, Failed)
    assert execution.outcome.failure.kind.startswith("I1")
    assert isinstance(run_machine(HONEST)[0].outcome, Passed)


@pytest.mark.parametrize("bug", ["canary", "eoicount_plus_one"])
def test_a_bug_that_only_loses_interrupts_is_silent_there_and_found_otherwise(
    kind_of: Judge, bug: str
) -> None:
    kernel = compose(Reference, [bug])
    assert kind_of(MISBEHAVING, kernel) is None
    honest = HONEST._replace(guests=(HONEST.guests[0]._replace(lateness=(0,)),))
    assert kind_of(honest, kernel) is not None


@pytest.mark.parametrize(
    ("bug", "kind"),
    [("no_splice", "I3 overflow left behind"), ("active_first_sort", "O10 best pending left out")],
)
def test_lists_are_judged_of_a_misbehaving_machine_and_all_else_before_it_misbehaves(
    kind_of: Judge, bug: str, kind: str
) -> None:
    assert kind_of(MISBEHAVING, compose(Reference, [bug])) == kind
