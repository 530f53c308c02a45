# SPDX-License-Identifier: GPL-2.0-only
"""Does looking again and again tell all that a first look does, and no more than has changed?"""

from collections.abc import Callable
from pkgutil import iter_modules

import pytest

import vgic.state
from harness import Execution, OsThreads, Passed, Recorder, Scheduler, Streams, execute
from harness.engine import only_observes
from harness.schedule import Fields, State, Thing
from harness.search.strategies import STRATEGIES
from stress.scenarios import SCENARIOS
from vgic import Machine, Mechanism, Reference, named_revision, with_races_checked
from vgic.composition import compose
from vgic.state import IrqState, Look, RequestsState

Looks = list[tuple[State, State, State | None]]

EVERY = 5
"""Beside one look in so many a fresh one is made, which takes twenty times as long.

A change that is not told leaves what was told wrong until the same field changes again, so a look
that never tells a field's changes is seen with one in five as with all: each field that changes
has a fresh look behind one of its changes. Of single changes, 91 % of those of
`reroute_while_pruning` and more of the others have one, and each kernel begins with another look.
"""


def looked_at(
    scenario: str, kernel: type[Mechanism], pinned: OsThreads, seed: int, first: int = 0
) -> tuple[Execution, Looks]:
    """Run an execution; return what each look told, all that was told so far, and what is so.

    What is so is found out for one look in EVERY, from a first one.
    """
    looks: Looks = []

    def program(scheduler: Scheduler) -> None:
        recorder = Recorder(scheduler)
        parameters = SCENARIOS[scenario].draw(Streams(seed, scenario, 0))
        machine = Machine(scheduler, parameters, kernel)
        parts = machine.kvm, machine.guests, machine.kernel
        look, told = Look(*parts), dict[Thing, Fields]()

        def both() -> State:
            told.update(changed := look())
            fresh = Look(*parts)() if len(looks) % EVERY == first else None
            looks.append((changed, dict(told), fresh))
            return changed

        recorder.look = both

    strategy = STRATEGIES["random-walk"](Streams(seed, "look", 0).stream("schedule"), 100)
    return execute(program, strategy, pinned), looks


KERNELS: dict[str, Callable[[], type[Mechanism]]] = {
    "reference": lambda: Reference,
    "head-walk": lambda: named_revision("head-walk").cls,
    "v1-posted": lambda: named_revision("v1-posted").cls,
    "no_splice": lambda: compose(Reference, ["no_splice"]),
    "races": lambda: with_races_checked(Reference),
}


CASES = [("many_interrupts", "reference")] + [
    (scenario, kernel)
    for scenario in ("reroute_while_pruning", "random_program")
    for kernel in KERNELS
]
"""Each fresh look is at a whole machine: with many interrupts once is enough."""


@pytest.mark.parametrize(("scenario", "kernel"), CASES)
def test_what_has_been_told_is_the_state(kernel: str, scenario: str, pinned: OsThreads) -> None:
    first = list(KERNELS).index(kernel)
    _, looks = looked_at(scenario, KERNELS[kernel](), pinned, seed=3, first=first)
    states = [(told, fresh) for _, told, fresh in looks if fresh is not None]
    assert len(states) > 50
    assert all(told == fresh for told, fresh in states)
    assert len({str(fresh) for _, fresh in states}) > 20
    # What a recording takes: after the first look no more than a step changes.
    assert max(len(changed) for changed, _, _ in looks[1:]) < len(states[0][1])
    assert sum(len(changed) for changed, _, _ in looks[1:]) < 3 * len(looks)


def test_looking_is_no_access(pinned: OsThreads) -> None:
    """A check for data races does not hear of it, so it finds nothing in a right kernel."""
    execution, _ = looked_at("many_interrupts", with_races_checked(Reference), pinned, seed=3)
    assert isinstance(execution.outcome, Passed)


def test_what_has_not_changed_is_not_told_again(pinned: OsThreads) -> None:
    machines: list[Machine] = []

    def program(scheduler: Scheduler) -> None:
        parameters = SCENARIOS["many_interrupts"].draw(Streams(1, "many_interrupts", 0))
        machines.append(Machine(scheduler, parameters, Reference))

    execute(program, STRATEGIES["pct"](Streams(1, "a", 0).stream("schedule"), 100), pinned)
    (machine,) = machines
    look = Look(machine.kvm, machine.guests, machine.kernel)
    assert look()
    assert look() == {}
    irq = machine.kvm.irqs[0]
    irq.enabled = not irq.enabled
    assert list(look()) == [Thing(IrqState, irq.name)]
    machine.kvm.vcpus[0].requests.bits ^= 1
    assert list(look()) == [Thing(RequestsState, machine.kvm.vcpus[0].requests.name)]


@pytest.mark.parametrize("module", [each.name for each in iter_modules(vgic.state.__path__)])
def test_no_function_of_what_looks_is_the_models(module: str) -> None:
    """Else a recorder that looks takes its own looking for what a thread does, step by step."""
    assert only_observes(f"vgic.state.{module}")
