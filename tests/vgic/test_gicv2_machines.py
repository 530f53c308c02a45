# SPDX-License-Identifier: GPL-2.0-only
"""Is a machine with a GICv2 written down, refused what it has not, run and made smaller?"""

import json
from collections.abc import Callable, Iterable

import pytest

from harness import Execution, Failed, OsThreads, Passed, Strategy
from stress.executions import Target, run_index
from stress.scenarios import SCENARIOS
from stress.shrinking.leaving_out import without_vcpus
from vgic import REVISIONS, BadParameters, Machine, Parameters, Reference
from vgic.accesses import (
    ACCESSES,
    DISTRIBUTOR,
    MOVI,
    ROUTE,
    SGI,
    SGIR,
    SGIR_OTHERS,
    TARGETS,
    Access,
)
from vgic.composition import overrides_of
from vgic.composition.on_gicv2 import on_gicv2
from vgic.data import ACCESS, ACKNOWLEDGE, EDGE, END, FIRST_LPI, V2, V3, Instruction, Program
from vgic.hardware import Implementation
from vgic.parameters import Irq

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
    """F: without a lock the one that turns it on goes by what it was before the other."""
    turns = machine(accessing(Access(DISTRIBUTOR, 0, 1)), accessing(Access(DISTRIBUTOR, 0, 0)))
    cue = ("vcpu0", "write enabled[vm]", "vcpu1")
    for revision, stops in (("reference", False), ("linux-7.3", True)):
        strategy = script(cue)
        execution, _ = run_machine(turns, kernel=REVISIONS[revision].cls, strategy=strategy)
        assert isinstance(execution.outcome, Passed), execution.outcome
        assert (not strategy.left) is stops  # type: ignore[attr-defined]  # a Script has what is left of it
