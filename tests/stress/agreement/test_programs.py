# SPDX-License-Identifier: GPL-2.0-only
"""Is a generated program always the same, legal, and about something?"""

import json
from collections import Counter
from hashlib import sha256

import pytest

from harness import Stream
from stress.agreement.programs import Category, category_of, draw_program
from stress.agreement.topics import TOPICS, Bench
from stress.plays import Play
from stress.rig.wire import encode
from vgic import Irq, Parameters
from vgic.accesses import (
    ACCESSES,
    ACTIVATE,
    DEACTIVATE,
    DISTRIBUTOR,
    GROUP,
    PEND,
    PRIORITY,
    RAISE,
    SGI,
)
from vgic.data import (
    ACKNOWLEDGE,
    DIR,
    DISABLE_GROUP,
    EDGE,
    ENABLE_GROUP,
    END_AGAIN,
    EOI_MODE,
    LEVEL,
    MASK,
    SETTINGS,
    setting,
)
from vgic.hardware import PRIORITY_MASK

DIGEST = "4e5c2045e119fc2d"
SOME = [draw_program(1, number) for number in range(200)]


def intids(play: Play) -> set[int]:
    return {irq.intid for irq in play.parameters.irqs}


def test_a_program_is_fixed_by_seed_and_number_for_ever() -> None:
    """Another digest is another set of programs: stored traces and the docs' figures go with it."""
    values = json.dumps([play.parameters.to_values() for play in SOME[:50]])
    assert sha256(values.encode()).hexdigest()[:16] == DIGEST


def test_another_seed_and_another_number_are_other_programs() -> None:
    machines = {play.parameters for play in [*SOME, *[draw_program(2, n) for n in range(200)]]}
    assert len(machines) > 390


@pytest.mark.parametrize("play", SOME[:40], ids=lambda play: play.name)
def test_a_program_is_a_machine_that_can_be_read_back(play: Play) -> None:
    values = json.loads(json.dumps(play.parameters.to_values()))
    assert Parameters.from_values(values) == play.parameters
    assert len(play.parameters.guests) == 1
    assert not play.parameters.devices


def test_every_access_is_of_an_interrupt_that_is_there() -> None:
    for play in SOME:
        accesses = play.parameters.guests[0].accesses
        about = {each.intid for each in accesses if ACCESSES[each.kind].has_interrupt}
        assert about <= intids(play)


def test_every_program_can_be_played_on_a_kernel() -> None:
    """Above all: no group 1 is disabled where there is group 0."""
    assert encode(SOME)


def test_programs_set_all_that_a_guest_can_set_and_deactivate_apart() -> None:
    drawn = {each for play in SOME for each in play.parameters.guests[0].instructions}
    assert {*SETTINGS, DIR} <= {each.name for each in drawn}
    assert {each.number for each in drawn if each.name == EOI_MODE} == {0, 1}
    groups = {frozenset(irq.group for irq in play.parameters.irqs) for play in SOME}
    assert groups == {frozenset({0}), frozenset({1}), frozenset({0, 1})}


def test_where_maintenance_interrupts_are_slow_all_is_let_in_at_last() -> None:
    opened = {MASK: setting(MASK, PRIORITY_MASK), DISABLE_GROUP: setting(ENABLE_GROUP, 1)}
    shut = Counter[str]()
    for play in SOME:
        program = play.parameters.guests[0].instructions
        for name in opened:
            last = [each for each in program if each.name in (name, opened[name].name)][-1:]
            shut[name] += last not in ([], [opened[name]])
            assert not (category_of(play).slow and last) or last == [opened[name]]
    assert shut[MASK], "others end with something shut out"


def test_no_guest_ends_what_it_has_ended() -> None:
    assert all(END_AGAIN not in play.parameters.guests[0].instructions for play in SOME)


def test_only_rewrites_write_the_priority_of_what_may_be_pending_or_active() -> None:
    kinds = Counter[Category]()
    for play in SOME:
        used = set[int]()
        rewritten = False
        for access in play.parameters.guests[0].accesses:
            rewritten |= access.kind == PRIORITY and access.intid in used
            if access.kind in (RAISE, PEND, SGI):
                used.add(access.intid)
        assert category_of(play).rewrites is rewritten
        kinds[category_of(play)] += 1
    assert len(kinds) == 4


def test_every_topic_draws_something_where_there_is_anything_to_draw() -> None:
    of_group_1 = (Irq(32, EDGE, 0x80, 0), Irq(33, LEVEL, 0x40, 0), Irq(3, EDGE, 0, 0))
    benches = Bench(of_group_1), Bench((*of_group_1, Irq(34, EDGE, 0x80, 0, group=0)))
    for topic in TOPICS:
        drawn = {
            topic.phrase(Stream(topic.name, number), bench)
            for number in range(50)
            for bench in benches
        }
        assert len(drawn - {()}) > 3, topic.name


def test_who_turns_the_distributor_off_writes_no_groups_of_what_it_queues_by_the_way() -> None:
    kinds = [{each.kind for each in play.parameters.guests[0].accesses} for play in SOME]
    assert sum(DISTRIBUTOR in each for each in kinds) > 5
    assert sum(GROUP in each for each in kinds) > 5
    assert not any({DISTRIBUTOR, GROUP} <= each for each in kinds)


def test_active_states_are_written_of_what_is_handled_and_of_what_is_not() -> None:
    written = Counter[tuple[str, bool]]()
    for play in SOME:
        before: list[str] = []
        for each in play.parameters.guests[0].instructions:
            if each.access is not None and each.access.kind in (ACTIVATE, DEACTIVATE):
                written[each.access.kind, before[-1:] == [ACKNOWLEDGE.name]] += 1
            before.append(each.name)
    assert len(written) == 4


def test_lines_are_only_of_level_triggered_interrupts() -> None:
    (lines,) = [topic for topic in TOPICS if topic.name == "lines"]
    assert lines.phrase(Stream("lines"), Bench((Irq(32, EDGE, 0x80, 0),))) == ()


def test_there_are_more_interrupts_than_list_registers_in_many() -> None:
    more = [play for play in SOME if len(play.parameters.irqs) > play.parameters.nr_lr]
    assert 60 < len(more) < 180
