# SPDX-License-Identifier: GPL-2.0-only
"""Is a machine with a GICv2 written down, refused what it has not, run and made smaller?"""

import json
from collections.abc import Callable, Iterable
from functools import partial

import pytest

from harness import Execution, Failed, OsThreads, Passed, Scheduler, Strategy, Streams, execute
from harness.schedule import State
from harness.search.strategies import STRATEGIES
from stress.executions import Target, run_index
from stress.explaining.machine import choices_in_words
from stress.explaining.words import object_in_words
from stress.scenarios import SCENARIOS
from stress.scenarios.with_gicv2 import with_gicv2
from stress.shrinking.leaving_out import without_vcpus
from vgic import REVISIONS, BadParameters, Machine, Parameters, Reference
from vgic.accesses import (
    ACCESSES,
    DISTRIBUTOR,
    MOVI,
    PEND,
    ROUTE,
    SGI,
    SGIR,
    SGIR_OTHERS,
    TARGETS,
    Access,
)
from vgic.composition import overrides_of
from vgic.composition.on_gicv2 import on_gicv2
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    AWAIT,
    DISABLE_GROUP,
    EDGE,
    ENABLE_GROUP,
    END,
    FIRST_LPI,
    SIGNAL,
    V2,
    V3,
    Instruction,
    Program,
    Pulse,
    setting,
)
from vgic.hardware import Implementation, V2ListRegister
from vgic.parameters import Irq
from vgic.state import Look

RunMachine = Callable[..., tuple[Execution, Machine]]


def machine(
    *programs: Iterable[Instruction], irqs: tuple[Irq, ...] = (), gic: str = V2
) -> Parameters:
    sgis = tuple(Irq(5, EDGE, 0x80, vcpu) for vcpu in range(len(programs)))
    guests = tuple(Program(tuple(program), (0,)) for program in programs)
    return Parameters(2, irqs or sgis, guests, (), gic=gic)


def accessing(*access: Access) -> list[Instruction]:
    return [Instruction(ACCESS, each) for each in access]


def test_only_a_gicv2_is_written_down() -> None:
    assert "gic" not in machine([], gic=V3).to_values()
    values = machine(accessing(Access(SGIR, 5, 0b1))).to_values()
    assert values["gic"] == "v2"
    assert Parameters.from_values(json.loads(json.dumps(values))).gic == V2


@pytest.mark.parametrize("gic", ["v3", "v4", 2, None])
def test_a_gic_is_a_gicv2_or_left_out(gic: object) -> None:
    with pytest.raises(BadParameters, match="gic is 'v2', or left out"):
        Parameters.from_values({**machine([]).to_values(), "gic": gic})


@pytest.mark.parametrize(
    ("access", "gic"),
    [
        (Access(SGI, 5, 0), V2),
        (Access(ROUTE, 40, 0), V2),
        (Access(MOVI, FIRST_LPI, 0), V2),
        (Access(SGIR, 5, 1), V3),
        (Access(SGIR_OTHERS, 5), V3),
        (Access(TARGETS, 40, 1), V3),
    ],
    ids=str,
)
def test_a_guest_accesses_what_its_controller_has(access: Access, gic: str) -> None:
    values = machine(accessing(access), gic=gic).to_values()
    with pytest.raises(BadParameters, match=f"no guest of a GIC{gic} has the access"):
        Parameters.from_values(values)


@pytest.mark.parametrize(
    ("mask", "is_there"), [(0b01, True), (0b110, True), (0, True), (0b100, False)]
)
def test_the_first_target_is_there(mask: int, is_there: bool) -> None:
    spi = (Irq(40, EDGE, 0x80, 0),)
    values = machine(accessing(Access(TARGETS, 40, mask)), [], irqs=spi).to_values()
    if is_there:
        assert Parameters.from_values(values)
        return
    with pytest.raises(BadParameters, match="a vCPU that is there"):
        Parameters.from_values(values)


@pytest.mark.parametrize(
    "parameters",
    [
        machine([], irqs=(Irq(FIRST_LPI, EDGE, 0x80, 0),)),
        machine([])._replace(hardware=Implementation(has_tdir=True)),
    ],
)
def test_a_gicv2_has_no_lpis_and_no_choices(parameters: Parameters) -> None:
    with pytest.raises(BadParameters, match="a GICv2 has no LPIs"):
        Parameters.from_values(parameters.to_values())


def test_each_kind_of_access_is_one_controllers_or_both() -> None:
    assert all(kind.is_of(V2) or kind.is_of(V3) for kind in ACCESSES.values())
    assert ACCESSES[DISTRIBUTOR].is_of(V2)
    assert ACCESSES[DISTRIBUTOR].is_of(V3)


def test_a_guest_is_given_what_each_has_sent(
    run_machine: RunMachine, operations: Callable[[Execution], list[str]]
) -> None:
    sends = accessing(Access(SGIR, 5, 0b1))
    execution, made = run_machine(machine([ACKNOWLEDGE, END, *sends], sends, sends))
    assert isinstance(execution.outcome, Passed), execution.outcome
    read = [each for each in operations(execution) if "guest reads a source" in each]
    assert sorted(each[-1] for each in read) == ["0", "1", "2"]
    assert all(irq.source == 0 for irq in made.kvm.irqs)


def test_what_is_under_test_is_no_other_on_a_gicv2() -> None:
    assert overrides_of(on_gicv2(Reference)) == ()
    assert on_gicv2(Reference).__name__ == "Reference"


def test_a_vcpu_that_is_left_out_is_taken_out_of_sets_as_well() -> None:
    parameters = machine(accessing(Access(SGIR, 5, 0b111), Access(SGIR, 5, 0b010)), [], [])
    left = [smaller.parameters.guests[0].accesses for smaller in without_vcpus(parameters)]
    assert [Access(SGIR, 5, 0b11), Access(SGIR, 5, 0b10)] in [list(each) for each in left]
    assert all(
        Parameters.from_values(each.parameters.to_values()) for each in without_vcpus(parameters)
    )


@pytest.mark.parametrize("name", ["sgis_of_several", "targets_written_in_use"])
@pytest.mark.parametrize("revision", REVISIONS)
def test_each_generation_runs_it(pinned: OsThreads, name: str, revision: str) -> None:
    """What it fails as is in its record, if it does."""
    record = REVISIONS[revision]
    for index in range(6):
        single = run_index(SCENARIOS[name], 3, index, "burst", Target(cls=record.cls), pinned)
        outcome = single.execution.outcome
        assert not isinstance(outcome, Failed) or outcome.failure.kind in record.found_as


def test_two_who_turn_the_distributor_at_once_do_so_one_after_the_other(
    run_machine: RunMachine, script: Callable[..., Strategy]
) -> None:
    """Without a lock the one that turns it on goes by what it was before the other."""
    turns = machine(accessing(Access(DISTRIBUTOR, 0, 1)), accessing(Access(DISTRIBUTOR, 0, 0)))
    cue = ("vcpu0", "write enabled[vm]", "vcpu1")
    for revision, stops in (("reference", False), ("linux-7.3", True)):
        strategy = script(cue)
        execution, _ = run_machine(turns, kernel=REVISIONS[revision].cls, strategy=strategy)
        assert isinstance(execution.outcome, Passed), execution.outcome
        assert (not strategy.left) is stops  # type: ignore[attr-defined]  # a Script has what is left of it


def test_views_say_whose_an_sgi_is(run_machine: RunMachine) -> None:
    looks: list[State] = []

    def prepare(made: Machine) -> None:
        irq, here = made.kvm.irqs[1], made.kvm.vcpus[0]
        lr = here.cpuif.lrs[0]
        assert isinstance(lr, V2ListRegister)
        irq.source, irq.pending_latch = 0b101, True
        lr.intid, lr.active, lr.source = 5, True, 1
        looks.append(Look(made.kvm, made.guests, made.kernel)())
        irq.source, irq.pending_latch = 0, False
        lr.clear()

    parameters = machine([], [])
    run_machine(parameters, prepare=prepare)
    words = [object_in_words(thing, fields) for thing, fields in looks[0].items()]
    assert "ICH_LR[vcpu 0]: 5:A from 1" in words
    assert any(each.startswith("sgi 5 of vcpu 1:") and "sources=0 2" in each for each in words)
    assert any(each.startswith("sgi 5 of vcpu 0:") and "sources=none" in each for each in words)
    assert choices_in_words(parameters) == "with a GICv2"
    run_machine(parameters._replace(gic=V3), prepare=lambda made: looks.append(look_at(made)))
    assert not any("sources" in object_in_words(*each) for each in looks[1].items())


def look_at(made: Machine) -> State:
    return Look(made.kvm, made.guests, made.kernel)()


def test_a_machine_is_given_a_gicv2_with_what_that_has() -> None:
    lpi = Irq(FIRST_LPI, EDGE, 0x80, 0)
    accesses = accessing(
        Access(SGI, 5, 1), Access("sgi list", 5, 0b11), Access("sgi others", 5),
        Access(ROUTE, 40, 1), Access(MOVI, FIRST_LPI, 0), Access(DISTRIBUTOR, 0, 0),
    )  # fmt: skip
    pulses = (Pulse(FIRST_LPI, level=True, pause=0), Pulse(40, level=True, pause=0))
    before = machine([*accesses, ACKNOWLEDGE], [], irqs=(Irq(40, EDGE, 0x80, 0), lpi), gic=V3)
    made = with_gicv2(Streams(1, "any", 0), before._replace(devices=(pulses,)))
    assert Parameters.from_values(made.to_values()) == made
    assert [irq.intid for irq in made.irqs] == [40]
    assert made.devices == (pulses[1:],)
    done = list(made.guests[0].accesses)
    assert done[:3] == [Access(SGIR, 5, 0b10), Access(SGIR, 5, 0b11), Access(SGIR_OTHERS, 5)]
    assert (done[3].kind, done[3].asks.value, done[4].kind) == (TARGETS, 1, DISTRIBUTOR)
    assert made.guests[0].instructions[-1] == ACKNOWLEDGE


OFF_AND_ON = machine(
    accessing(Access(DISTRIBUTOR, 0, 1)),
    accessing(Access(DISTRIBUTOR, 0, 0)),
    [],
    irqs=(Irq(40, EDGE, 0x80, 2),),
)._replace(devices=((Pulse(40, level=True, pause=0),),))
"""One turns the distributor on, which is on; another turns it off; a third is sent an edge."""


@pytest.mark.parametrize(
    ("revision", "kinds"), [("reference", set()), ("linux-7.3", {"I16 missed kick"})]
)
def test_who_turns_the_distributor_unlocked_tells_nobody_of_what_was_passed_over(
    carriers: OsThreads, revision: str, kinds: set[str]
) -> None:
    def program(scheduler: Scheduler) -> None:
        Machine(scheduler, OFF_AND_ON, REVISIONS[revision].cls)

    found = set()
    for index in range(60):
        stream = Streams(1, "turns", index).stream("schedule")
        outcome = execute(program, STRATEGIES["burst"](stream, 120), carriers).outcome
        if isinstance(outcome, Failed):
            found.add(outcome.failure.kind)
    assert found == kinds


def nested_and_sent_again() -> Parameters:
    """Return one in whose inner handler an SGI is sent once more, by another vCPU.

    It is listed before the interrupt of the outer handler: its group is disabled until that is
    acknowledged.
    """
    signal, wait = partial(Instruction, SIGNAL), partial(Instruction, AWAIT)
    sends = accessing(Access(SGIR, 5, 0b1))
    nesting = (
        *(setting(DISABLE_GROUP, 0), signal(number=0), wait(number=1)),
        *(*accessing(Access(PEND, 40)), ACKNOWLEDGE, setting(ENABLE_GROUP, 0), ACKNOWLEDGE),
        *(signal(number=2), wait(number=3), Instruction(ACCESS), END, END),
    )
    first = (wait(number=0), *sends, signal(number=1))
    again = (wait(number=2), *sends, signal(number=3))
    irqs = (Irq(40, EDGE, 0xA0, 0), Irq(5, EDGE, 0x80, 0, 0))
    made = machine(nesting, first, again, irqs=irqs)
    late = made.guests[0]._replace(lateness=(6,))
    return made._replace(nr_lr=4, guests=(late, *made.guests[1:]))


@pytest.mark.parametrize(
    ("revision", "found"), [("reference", ""), ("classic", "I13 stuck active")]
)
def test_what_an_sgi_with_more_sources_kept_out_was_never_ended(
    run_machine: RunMachine, revision: str, found: str
) -> None:
    """It is active, in no list register though two are free, and nothing counted its end."""
    execution, _ = run_machine(nested_and_sent_again(), kernel=REVISIONS[revision].cls)
    outcome = execution.outcome
    assert (outcome.failure.kind if isinstance(outcome, Failed) else "") == found
