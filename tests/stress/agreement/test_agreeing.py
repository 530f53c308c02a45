# SPDX-License-Identifier: GPL-2.0-only
"""Does a kernel that is right agree, one that is not differ, and by the name of its bug?"""

from collections.abc import Callable, Sequence

import pytest

from stress.agreement.agreeing import Agreement, Differing, agree
from stress.agreement.alike import Alike
from stress.agreement.comparing import first_difference
from stress.agreement.describing import agreement_values, differences, example, summary
from stress.agreement.known import known_models, model_of
from stress.agreement.shrinking import shrunk
from stress.executions import Target
from stress.plays import Play
from stress.traces import Trace
from tests.fixtures.agreeing import play_of, spis
from vgic.accesses import ACTIVE, RAISE, Access
from vgic.data import ACCESS, ACKNOWLEDGE, END, WORK, Instruction

MODEL = model_of(Target())
HEAD_WALK = Target("head-walk")
FORGETS_ACTIVE = Target(bugs=("prune_active",))
DEFECTS = (HEAD_WALK, FORGETS_ACTIVE, Target(bugs=("active_first_sort",)))


def kernel_of(target: Target) -> Callable[[Sequence[Play]], dict[str, Trace]]:
    model = model_of(target)
    return lambda plays: {play.name: model(play.parameters) for play in plays}


def agreement(target: Target, programs: int = 25, seed: int = 1) -> Agreement:
    known = {str(target): model_of(target)} if target != Target() else {}
    *_, found = agree(seed, range(programs), kernel_of(target), MODEL, known)
    return found


def test_the_reference_agrees_with_itself() -> None:
    found = agreement(Target(), 100)
    assert (found.programs, found.quiet, found.differing) == (100, 100, [])
    assert summary(found) == "100 programs: 100 show the model's quiet outcome, 0 differ"


@pytest.mark.parametrize("target", DEFECTS, ids=str)
def test_a_defect_differs_by_its_name(target: Target) -> None:
    found = agreement(target)
    assert found.differing
    assert {each.like for each in found.differing} == {str(target)}
    assert all(f"as {target} does" in line for line in differences(found))


def test_what_nothing_known_explains_has_the_name_of_its_difference() -> None:
    *_, found = agree(1, range(25), kernel_of(FORGETS_ACTIVE), MODEL, {})
    assert found.differing
    names = {each.difference.name for each in found.differing}
    lines = list(differences(found))
    assert all(any(name in line for line in lines) for name in names)
    assert not any(" as " in line.partition(")")[0] for line in lines)


def test_what_did_not_arrive_is_not_judged() -> None:
    def kernel(plays: Sequence[Play]) -> dict[str, Trace]:
        return kernel_of(Target())(plays[::2])

    *_, found = agree(1, range(10), kernel, MODEL, {}, a_boot=4)
    assert (found.programs, found.quiet, len(found.lost), found.judged) == (10, 5, 5, 5)
    assert "5 could not be judged" in summary(found)


def test_it_does_not_depend_on_how_many_are_played_at_a_time() -> None:
    ones = list(agree(3, range(12), kernel_of(HEAD_WALK), MODEL, {}, a_boot=5))[-1]
    others = list(agree(3, range(12), kernel_of(HEAD_WALK), MODEL, {}, a_boot=12))[-1]
    assert agreement_values(ones) == agreement_values(others)


def test_an_example_is_made_smaller_and_shown_with_both_traces() -> None:
    """A kernel that forgets what is active never hears of its end, so it stays active."""
    raised = Instruction(ACCESS, Access(RAISE, 33))
    read = Instruction(ACCESS, Access(ACTIVE, 33))
    play = play_of(WORK, raised, WORK, ACKNOWLEDGE, WORK, read, END, read, irqs=spis(3))
    kernel = kernel_of(FORGETS_ACTIVE)
    first = first_difference(play, MODEL(play.parameters), kernel([play])[play.name])
    assert first is not None
    alike = Alike(Differing(play, Trace(()), first), kernel, MODEL)
    small = shrunk(play, alike)
    assert alike([small]) == [True]
    assert small.parameters.guests[0].instructions == (raised, ACKNOWLEDGE, read, END, read)
    assert [irq.intid for irq in small.parameters.irqs] == [33]
    text = example(alike.found[small.name], MODEL(small.parameters))
    assert "then in the model:" in text
    assert "and on the kernel:" in text


def test_every_bug_that_the_reference_can_have_and_every_revision_is_known() -> None:
    names = known_models()
    assert {"head-walk", "v1-posted", "reference"} <= set(names)
    assert len(names) > 10
