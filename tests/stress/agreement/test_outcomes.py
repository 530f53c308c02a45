# SPDX-License-Identifier: GPL-2.0-only
"""Is what only an exit of the host explains let pass, and nothing else?"""

import pytest

from stress.agreement.known import model_of
from stress.agreement.outcomes import outcome, with_exits
from stress.executions import Target, model_trace
from stress.plays import Play
from stress.traces import SPURIOUS, Event, Trace
from tests.fixtures.agreeing import AT_ONCE, SLOW, play_of, spis
from vgic import Parameters
from vgic.accesses import ACTIVE, RAISE, Access
from vgic.data import ACCESS, ACKNOWLEDGE, END, EOI_MODE, Instruction, dir_of, setting

MODEL = model_of(Target())
FIVE = spis(5)
LADDER = tuple(irq._replace(priority=0x40 + 8 * n) for n, irq in enumerate(FIVE))
RAISED = tuple(Instruction(ACCESS, Access(RAISE, irq.intid)) for irq in FIVE)
SERVED = (ACKNOWLEDGE, END) * 5


def five_pending(lateness: tuple[int, ...]) -> Play:
    """One more is pending than there are list registers; the fifth needs an exit to come."""
    return play_of(*RAISED, *SERVED, irqs=FIVE, lateness=lateness)


def with_host_exit(play: Play, before: int) -> Trace:
    """Return what is seen if the host exits there; a host's exit is no event of a guest's."""
    trace = MODEL(with_exits(play.parameters, [before]))
    return Trace(tuple(event for event in trace.events if event.what != "exit"))


def reads(trace: Trace) -> list[int]:
    return [event.intid for event in trace.events if event.what == ACKNOWLEDGE.name]


def test_the_quiet_outcome_takes_one_run() -> None:
    play = five_pending(SLOW)
    found = outcome(play, MODEL(play.parameters), MODEL)
    assert (found.difference, found.exits, found.runs) == (None, (), 1)


@pytest.mark.parametrize("exit_before", [7, 9, 13])
def test_what_a_host_exit_explains_is_possible(exit_before: int) -> None:
    play = five_pending(SLOW)
    quiet = MODEL(play.parameters)
    kernel = with_host_exit(play, exit_before)
    assert reads(quiet)[4] == SPURIOUS
    assert reads(kernel)[4] == 36
    found = outcome(play, kernel, MODEL)
    assert found.difference is None
    assert len(found.exits) == 1


def test_an_exit_while_the_guest_serves_is_possible_too() -> None:
    """Here nothing is at its program's end; all five are served, the last after an exit."""
    play = play_of(*RAISED, irqs=FIVE, lateness=SLOW)
    kernel = MODEL(play.parameters)
    assert outcome(play, kernel, MODEL).difference is None


def test_an_exit_while_the_guest_drops_and_deactivates_is_possible_too() -> None:
    """What the first `dir` has made room for comes at once with one, and else after all others."""
    program = (setting(EOI_MODE, 1), *RAISED)
    play = play_of(*program, irqs=FIVE, lateness=SLOW)
    four = (*program, *(ACKNOWLEDGE, END) * 4)
    served = (*four, dir_of(), ACKNOWLEDGE, END, *[dir_of()] * 4)
    kernel = with_host_exit(play_of(*served, irqs=FIVE, lateness=SLOW), len(four) + 1)
    assert reads(MODEL(play.parameters)) == reads(kernel)
    assert kernel.events != MODEL(play.parameters).events
    found = outcome(play, kernel, MODEL)
    assert (found.difference, found.exits) == (None, (len(four) + 1,))


def test_the_model_s_cpu_is_the_emulated_one_whatever_the_machine_says() -> None:
    """It counts a drop outside the list registers, so that nothing is left to deactivate."""
    raised = (setting(EOI_MODE, 1), RAISED[0], ACKNOWLEDGE, *RAISED[1:])
    read = Instruction(ACCESS, Access(ACTIVE, 32))
    play = play_of(*raised, END, Instruction(ACCESS), read, irqs=LADDER, lateness=SLOW)
    seen = {
        name: [each.value for each in run(play.parameters).events if each.what == ACTIVE]
        for name, run in (("emulated", MODEL), ("plain", plain))
    }
    assert seen == {"emulated": [0], "plain": [1]}


def plain(parameters: Parameters) -> Trace:
    return model_trace(parameters, Target().kernel, judged=False)


def test_what_no_exit_explains_is_not() -> None:
    play = five_pending(AT_ONCE)
    events = list(MODEL(play.parameters).events)
    place = next(n for n, event in enumerate(events) if event.what == ACKNOWLEDGE.name)
    events[place] = Event("vcpu0", ACKNOWLEDGE.name, 33)
    found = outcome(play, Trace(tuple(events)), MODEL)
    assert found.difference is not None
    assert found.difference.agreed == place
    assert not found.bounded


def test_a_bound_that_was_hit_is_said() -> None:
    play = five_pending(SLOW)
    kernel = with_host_exit(play, 7)
    found = outcome(play, kernel, MODEL, runs_max=1)
    assert found.difference is not None
    assert found.bounded
    assert found.runs == 1


def test_nothing_is_explained_by_an_exit_that_the_model_could_do_without() -> None:
    play = five_pending(AT_ONCE)
    assert outcome(play, MODEL(play.parameters), MODEL).exits == ()
