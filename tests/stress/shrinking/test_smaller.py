# SPDX-License-Identifier: GPL-2.0-only
"""Is what shrinking proposes always a machine, smaller or quieter, and its schedule no longer?"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Deviation, Label, Streams
from stress.scenarios import SCENARIOS
from stress.shrinking.carrying_over import moved, renamed
from stress.shrinking.leaving_out import (
    Smaller,
    operations,
    without_devices,
    without_irqs,
    without_vcpus,
)
from stress.shrinking.quieter import PRIORITY, quieter
from vgic.data.intids import Config
from vgic.data.program import ACCESS, IOCTLS, HostEvent, Program
from vgic.hardware import PLAIN, Implementation
from vgic.parameters import Irq, Parameters

MODEST = settings(max_examples=40, deadline=None)
DRAWN = st.builds(
    lambda name, index: SCENARIOS[name].draw(Streams(1, name, index)),
    st.sampled_from(sorted(SCENARIOS)),
    st.integers(0, 500),
)
ROLES = st.sampled_from(["vcpu0", "vcpu1", "vcpu2", "dev0", "dev1", "host0"])
LABELS = st.builds(Label, st.just("lock"), st.sampled_from("fg"), st.just("l"), st.integers(1, 5))
SCHEDULES = st.lists(
    st.builds(Deviation, ROLES, st.integers(1, 50), ROLES, LABELS), max_size=6
).map(tuple)


def is_a_machine(parameters: Parameters, before: Parameters) -> bool:
    """No access is left without what it accesses: no more guests exit for nothing than before."""
    assert Parameters.from_values(parameters.to_values()) == parameters
    assert exits_for_nothing(parameters) <= exits_for_nothing(before)
    return True


def exits_for_nothing(parameters: Parameters) -> int:
    return sum(
        each.name == ACCESS and each.access is None
        for guest in parameters.guests
        for each in guest.instructions
    )


@MODEST
@given(DRAWN)
def test_what_is_left_is_a_machine(parameters: Parameters) -> None:
    for ways in (without_vcpus, without_devices, without_irqs, quieter):
        for way in ways(parameters):
            assert is_a_machine(way.parameters, parameters)
            assert way.parameters != parameters


@MODEST
@given(DRAWN, st.data())
def test_operations_are_left_out_with_their_accesses(
    parameters: Parameters, data: st.DataObject
) -> None:
    for run in operations(parameters):
        length = run.length(parameters)
        begin = data.draw(st.integers(0, length))
        end = data.draw(st.integers(begin, length))
        left = run.without(parameters, begin, end).parameters
        assert is_a_machine(left, parameters)
        assert run.length(left) == length - (end - begin)


@MODEST
@given(DRAWN)
def test_threads_that_are_left_are_renamed_without_gaps(parameters: Parameters) -> None:
    roles = {f"vcpu{i}" for i in range(len(parameters.guests))}
    for way in without_vcpus(parameters):
        left = {way.roles.get(role, role) for role in roles} - {None}
        assert left == {f"vcpu{i}" for i in range(len(way.parameters.guests))}


@MODEST
@given(SCHEDULES, st.sampled_from(["vcpu2", "dev1", "dev0"]))
def test_a_schedule_without_a_thread_names_it_no_more(
    schedule: tuple[Deviation, ...], gone: str
) -> None:
    smaller = Smaller(SCENARIOS["one_interrupt"].draw(Streams(1)), {gone: None}, "vcpu0")
    left = renamed(schedule, smaller)
    assert len(left) <= len(schedule)
    assert all(gone not in (each.role, each.to) for each in left)
    assert all(each.role != each.to for each in left)


@MODEST
@given(SCHEDULES)
def test_carrying_over_keeps_the_look_of_every_deviation(
    schedule: tuple[Deviation, ...],
) -> None:
    looks = [(each.role, each.to, each.label._replace(nth=0)) for each in schedule if each.label]
    for other in moved(schedule):
        assert [
            (each.role, each.to, each.label._replace(nth=0)) for each in other if each.label
        ] == looks


def test_group_1_and_hardware_of_the_least_are_quieter() -> None:
    parameters = Parameters(
        nr_lr=1,
        irqs=(Irq(32, Config.EDGE, PRIORITY, 0, 0), Irq(33, Config.EDGE, PRIORITY, 0, 0)),
        guests=(Program((), (0,)),),
        devices=(),
        hardware=Implementation(has_tdir=True, drop_counts=True),
    )
    left = [
        (w.parameters.hardware, [i.group for i in w.parameters.irqs]) for w in quieter(parameters)
    ]
    chosen = parameters.hardware
    assert left == [(chosen, [1, 0]), (chosen, [0, 1]), (PLAIN, [0, 0])]


def test_a_host_is_left_out_whole_or_by_the_event_and_its_pauses_get_shorter() -> None:
    host = (HostEvent("tick", 0, 0), HostEvent("signal", 1, 4))
    machine = SCENARIOS["one_interrupt"].draw(Streams(1, "one_interrupt", 0))._replace(host=host)
    machine = machine._replace(guests=(*machine.guests, Program((), (0,))))
    whole = next(without_devices(machine))
    assert whole.parameters.host == ()
    assert whole.roles == {"host0": None}
    assert whole.heir == "vcpu0", "the last thread is gone, so the first comes after the others"
    events = next(operations(machine))
    assert events.length(machine) == len(host)
    assert events.without(machine, 0, 1).parameters.host == host[1:]
    assert events.without(machine, 0, 1).roles == {}
    assert events.without(machine, 0, 2).roles == {"host0": None}
    paused = {way.parameters.host[1].pause for way in quieter(machine)}
    assert {0, 2, 3} <= paused
    gone = next(way for way in without_vcpus(machine) if way.roles.get("vcpu1", "") is None)
    assert gone.parameters.host == host[:1]


@pytest.mark.parametrize(("kind", "stays"), [*((each, True) for each in IOCTLS), ("tick", False)])
def test_what_is_about_no_vcpu_stays_when_one_goes(kind: str, stays: bool) -> None:
    machine = SCENARIOS["one_interrupt"].draw(Streams(1, "one_interrupt", 0))
    machine = machine._replace(
        guests=(*machine.guests, Program((), (0,))), host=(HostEvent(kind, 1, 0),)
    )
    gone = next(way for way in without_vcpus(machine) if way.roles.get("vcpu1", "") is None)
    assert [event.kind for event in gone.parameters.host] == ([kind] if stays else [])
