# SPDX-License-Identifier: GPL-2.0-only
"""Is what is left of a differing program small, and does it still differ?"""

from collections.abc import Sequence

from stress.agreement.programs import draw_program
from stress.agreement.shrinking import shrunk
from stress.plays import Play
from tests.fixtures.agreeing import play_of, spis
from vgic.accesses import RAISE, Access
from vgic.data import ACCESS, ACKNOWLEDGE, END, WORK, Instruction

RAISED = Instruction(ACCESS, Access(RAISE, 34))


def instructions(play: Play) -> tuple[Instruction, ...]:
    return play.parameters.guests[0].instructions


def two_acknowledges_of_34(plays: Sequence[Play]) -> list[bool]:
    return [
        instructions(play).count(ACKNOWLEDGE) >= 2 and RAISED in instructions(play)
        for play in plays
    ]


def test_only_what_matters_is_left() -> None:
    program = (WORK, ACKNOWLEDGE, END, RAISED, WORK, ACKNOWLEDGE, END, ACKNOWLEDGE, WORK)
    play = play_of(*program, irqs=spis(4))
    found = shrunk(play, two_acknowledges_of_34)
    assert sorted(instructions(found), key=str) == sorted(
        (RAISED, ACKNOWLEDGE, ACKNOWLEDGE), key=str
    )
    assert [irq.intid for irq in found.parameters.irqs] == [34]


def test_what_cannot_be_made_smaller_is_left_as_it_is() -> None:
    play = draw_program(1, 7)
    assert shrunk(play, lambda plays: [False] * len(plays)) == play


def test_all_candidates_of_a_round_have_names_of_their_own() -> None:
    rounds = []

    def differ(plays: Sequence[Play]) -> list[bool]:
        rounds.append([play.name for play in plays])
        return [len(rounds) == 1] * len(plays)

    shrunk(draw_program(1, 7), differ)
    assert len(rounds) == 2
    assert all(len(set(names)) == len(names) for names in rounds)


def test_it_ends_after_so_many_rounds() -> None:
    calls = []

    def differ(plays: Sequence[Play]) -> list[bool]:
        calls.append(len(plays))
        return [True] * len(plays)

    shrunk(draw_program(1, 7), differ, rounds_max=3)
    assert len(calls) == 3
