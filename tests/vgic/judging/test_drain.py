# SPDX-License-Identifier: GPL-2.0-only
"""What is judged of a guest that ends an interrupt twice, and what does it lose by right?

It has two handlers open, the inner one in the list register and the outer one outside, or the other
way round, and ends one of them twice. EOIcount carries no INTID, so the host takes it for both.
"""

from collections.abc import Callable

import pytest

from harness import Execution, Failed, Passed
from vgic import Machine, Mechanism, Parameters, Reference
from vgic.accesses import PEND, Access
from vgic.composition import compose
from vgic.data.intids import Config
from vgic.data.program import Program
from vgic.parameters import Irq

RunMachine = Callable[..., tuple[Execution, Machine]]
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


def test_the_extra_end_makes_a_machine_a_misbehaving_one() -> None:
    assert HONEST.honest
    assert not MISBEHAVING.honest


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
    monkeypatch.setattr(Parameters, "honest", True)
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


@pytest.mark.parametrize("bug", ["no_splice", "active_first_sort"])
def test_lists_are_judged_of_a_misbehaving_machine_and_the_best_registers_are_not(
    kind_of: Judge, bug: str
) -> None:
    found = kind_of(MISBEHAVING, compose(Reference, [bug]))
    assert found == ("I3 overflow left behind" if bug == "no_splice" else None)
    assert kind_of(HONEST, compose(Reference, [bug])) is not None
