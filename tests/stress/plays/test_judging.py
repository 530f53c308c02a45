# SPDX-License-Identifier: GPL-2.0-only
"""Is each kind of what goes wrong in a round seen in its trace, and nothing where all is right?

Traces are written as they are printed, so that each test shows what was seen.
"""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings

from harness import OsThreads, Passed, Streams
from harness.search.strategies import STRATEGIES
from stress.executions import Target, traced
from stress.hypothesis import machines
from stress.plays import BadRound, Judgement, Play, judge, read_script, verdict
from stress.traces import Trace, read_trace
from tests.stress.hypothesis.test_strategies import DRAWING
from vgic import Parameters

MACHINE = """\
title two guests, judged by what comes
rounds 5
interrupt 40 edge priority 0x40
interrupt 50 edge priority 0x80
interrupt 64 level priority 0x80
interrupt 65 level priority 0x80 vcpu 1 resampled
interrupt 3 edge priority 0x80 vcpu 1
interrupt 27 edge priority 0x80 vcpu 0
interrupt 27 edge priority 0x80 vcpu 1
vcpu 0
vcpu 1
"""
PLAY = read_script(MACHINE, "play")
READING = read_script(
    MACHINE.replace(
        "vcpu 0\nvcpu 1",
        "vcpu 0\nacknowledge is 40\nacknowledge\nend\nexits are 1\nactive 40 is 0\n"
        "acknowledge is none\npending 50 is 1\nvcpu 1\nacknowledge\npending 50 is 0",
    ),
    "reading",
)
SERVED = "vcpu0 pend 40; vcpu0 acknowledge 40; vcpu0 end 40"
QUIET = "all idle; all exited; all exited"
PENDING = "all final 40 pending 1 active 0"
GONE = "all final 40 pending 0 active 0"


def trace(*texts: str, ended: bool = True) -> Trace:
    """Read what was seen."""
    lines = [line.strip() for text in texts for line in text.split(";")]
    events = read_trace("\n".join(("# vgic-stress trace 1", *lines, ""))).events
    return Trace(events, ended)


def bad(*texts: str, play: Play = PLAY) -> tuple[str, ...]:
    return judge(play, trace(*texts)).bad


RIGHT = {
    "nothing happens": QUIET,
    "served": f"{SERVED}; {QUIET}; {GONE}",
    "sent by a device, a line and software": "dev0 raise 50; vcpu1 raise 40; vcpu0 acknowledge 40; "
    f"vcpu0 end 40; {SERVED}; vcpu0 acknowledge 50; {QUIET}",
    "sent twice before it came": f"vcpu0 pend 40; {SERVED}; {QUIET}",
    "an SGI of another vCPU's": f"vcpu0 sgi 3 vcpu1; vcpu1 acknowledge 3; vcpu1 end 3; {QUIET}",
    "a PPI of one vCPU, not of the other": "dev0 raise 27 vcpu1; vcpu1 acknowledge 27; "
    f"vcpu1 end 27; {QUIET}; vcpu0 final 27 pending 0 active 0",
    "rerouted, comes to both": "vcpu0 pend 40; vcpu1 route 40 vcpu1; vcpu1 acknowledge 40; "
    "vcpu1 end 40; vcpu1 route 40 vcpu0; vcpu0 pend 40; vcpu0 acknowledge 40; vcpu0 end 40; "
    f"{QUIET}",
    "rerouted, comes when its vCPU is made to exit": "vcpu0 pend 40; vcpu0 route 40 vcpu1; "
    "all idle; vcpu1 acknowledge 40; vcpu1 end 40; all exited",
    "pending, but disabled": f"vcpu0 disable 40; vcpu0 pend 40; {QUIET}; {PENDING}",
    "pending, and perhaps disabled": "vcpu0 enable 40; vcpu1 disable 40; vcpu0 pend 40; "
    f"{QUIET}; {PENDING}",
    "pending, at a priority that is masked": f"vcpu0 priority 40 0xf8; vcpu0 pend 40; {QUIET}; "
    f"{PENDING}",
    "comes late, at a priority that was masked": "vcpu0 priority 50 0xf8; vcpu0 pend 40; all idle; "
    "vcpu0 acknowledge 40; vcpu0 end 40; all exited",
    "sent and taken back": f"vcpu0 pend 40; vcpu1 unpend 40; {QUIET}; {GONE}",
    "sent by somebody else than who acknowledged it": "vcpu0 acknowledge 40; vcpu0 end 40; "
    f"vcpu1 pend 40; {QUIET}; {GONE}",
    "sent, and nothing is known of the end": f"vcpu0 pend 40; {QUIET}",
    "a level comes as long as it is up": "vcpu1 raise 64; vcpu0 acknowledge 64; vcpu0 end 64; "
    f"vcpu0 acknowledge 64; vcpu0 quiesce 64; vcpu0 end 64; {QUIET}",
    "a level is raised and lowered": "vcpu0 raise 64; vcpu0 lower 64; "
    f"{QUIET}; all final 64 pending 0 active 0",
    "its priority was rewritten in its handler": "vcpu0 pend 40; vcpu0 acknowledge 40; "
    f"vcpu0 priority 40 0x80; vcpu0 end 40; {QUIET}; all final 50 pending 0 active 1",
    "its priority was perhaps rewritten while it was pending": f"vcpu1 priority 40 0x80; {SERVED}; "
    f"{QUIET}; all final 40 pending 0 active 1",
    "a guest that ends twice has asked for it": f"{SERVED}; vcpu0 end again 40; vcpu0 pend 50; "
    f"{QUIET}; all final 50 pending 1 active 1",
    "sent by one, and acknowledged by another before": "vcpu0 acknowledge 40; vcpu0 end 40; "
    f"vcpu0 acknowledge 40; vcpu0 end 40; vcpu1 pend 40; vcpu1 raise 40; {QUIET}; {GONE}",
    "acknowledged again in its own handler, after another was ended twice": "vcpu0 pend 40; "
    f"vcpu0 acknowledge 40; vcpu0 end again 50; vcpu0 pend 40; vcpu0 acknowledge 40; {QUIET}",
    "handled by two, and nobody knows in which order": "vcpu0 pend 40; vcpu0 pend 40; "
    "vcpu0 acknowledge 40; vcpu0 end 40; vcpu1 route 40 vcpu1; vcpu1 acknowledge 40; vcpu1 end 40; "
    f"vcpu1 route 40 vcpu0; {QUIET}",
    "a more urgent one in a handler": "vcpu0 pend 50; vcpu0 acknowledge 50; vcpu0 pend 40; "
    f"vcpu0 acknowledge 40; vcpu0 end 40; vcpu0 end 50; {QUIET}",
    "a handler is open at the end": "vcpu0 pend 40; vcpu0 acknowledge 40; "
    f"{QUIET}; all final 40 pending 0 active 1",
    "a level is up and disabled": f"dev0 raise 64; vcpu0 disable 64; {QUIET}; "
    "all final 64 pending 1 active 0",
    "a level is raised, and lowered by another, who knows when": "dev0 raise 64; vcpu0 lower 64; "
    f"{QUIET}; all final 64 pending 0 active 0",
    "a level comes for its line and once more for software": "dev0 raise 64; vcpu0 acknowledge 64; "
    "vcpu0 quiesce 64; vcpu0 end 64; vcpu1 pend 64; vcpu0 acknowledge 64; vcpu0 quiesce 64; "
    f"vcpu0 end 64; {QUIET}",
    "disabled by one, sent by another": f"vcpu1 disable 40; vcpu0 pend 40; vcpu0 acknowledge 40; "
    f"vcpu0 end 40; {QUIET}; {GONE}",
    "disabled, enabled, sent": f"vcpu0 disable 40; vcpu0 enable 40; {SERVED}; {QUIET}",
    "taken back by another, who knows when": f"vcpu1 unpend 40; vcpu0 pend 40; {QUIET}; {GONE}",
    "routed while pending, and late": "vcpu0 route 40 vcpu1; vcpu0 pend 40; vcpu0 route 40 vcpu0; "
    "all idle; vcpu0 acknowledge 40; vcpu0 end 40; all exited",
    "its priority was rewritten while another's send may be pending": "vcpu1 pend 40; "
    f"{SERVED}; vcpu0 priority 40 0x80; {QUIET}; all final 50 pending 0 active 1",
    "the priority of a level was rewritten while its line is up": "vcpu0 raise 64; "
    f"vcpu0 acknowledge 64; vcpu0 end 64; vcpu0 priority 64 0x20; {QUIET}; "
    "all final 50 pending 0 active 1",
    "dropped, and deactivated by another": "vcpu0 pend 40; vcpu0 acknowledge 40; vcpu0 drop 40; "
    f"vcpu1 dir 40; {QUIET}; {GONE}",
    "one as urgent comes when the priority was dropped": "vcpu0 pend 50; vcpu0 acknowledge 50; "
    f"vcpu0 drop 50; vcpu0 raise 64; vcpu0 acknowledge 64; vcpu0 drop 64; vcpu0 dir 50; {QUIET}",
    "dropped, not deactivated, and pended once more": "vcpu0 pend 64; vcpu0 acknowledge 64; "
    f"vcpu0 drop 64; vcpu0 pend 64; {QUIET}; all final 64 pending 0 active 1",
    "its priority was rewritten behind its deactivation": "vcpu0 pend 40; vcpu0 acknowledge 40; "
    f"vcpu0 drop 40; vcpu0 dir 40; vcpu0 priority 40 0x20; {QUIET}; {GONE}",
    "what is passed through comes once, and its line is lowered by nobody": "vcpu1 raise 65; "
    f"vcpu1 acknowledge 65; vcpu1 end 65; {QUIET}; all final 65 pending 0 active 0",
    "what is passed through asks again, and its handler serves both": "vcpu1 raise 65; "
    f"vcpu1 acknowledge 65; vcpu1 raise 65; vcpu1 end 65; {QUIET}; all final 65 pending 0 active 0",
    "what is passed through comes again after another was ended twice": "vcpu1 raise 65; "
    "vcpu1 acknowledge 65; vcpu1 end 65; vcpu1 end again 3; vcpu1 acknowledge 65; vcpu1 end 65; "
    f"{QUIET}; all final 65 pending 0 active 0",
    "what is passed through comes late, since its host takes its time": "dev0 raise 65; all idle; "
    "vcpu1 acknowledge 65; vcpu1 end 65; all exited; all final 65 pending 0 active 0",
    "pended while the distributor is off": "vcpu0 distributor 0 is 0; vcpu0 pend 40; "
    f"vcpu0 distributor 0 is 1; {QUIET}; {PENDING}",
    "the distributor is turned off for good": "vcpu0 distributor 0 is 1; vcpu0 pend 40; "
    f"vcpu0 distributor 0 is 0; {QUIET}; {PENDING}",
    "the distributor is turned on by another, who knows when": "vcpu0 distributor 0 is 0; "
    f"vcpu1 distributor 0 is 1; vcpu1 pend 40; {QUIET}; {PENDING}",
    "SGIs to several": "vcpu0 sgi list 3 0x06; vcpu1 acknowledge 3; vcpu1 end 3; "
    f"vcpu0 sgi others 3; vcpu1 acknowledge 3; vcpu1 end 3; {QUIET}; "
    "vcpu1 final 3 pending 0 active 0",
    "an SGI to all but its sender": f"vcpu1 sgi others 3; {QUIET}; "
    "vcpu1 final 3 pending 0 active 0",
    "activated by software, and handled by nobody": "vcpu0 activate 40 vcpu0; vcpu0 pend 40; "
    f"{QUIET}; all final 40 pending 1 active 1",
    "the active state of what a guest handles is taken away": "vcpu0 pend 40; "
    "vcpu0 acknowledge 40; vcpu1 deactivate 40 vcpu0; vcpu0 end 40; "
    f"{QUIET}; all final 50 pending 0 active 1",
    "a private one of another vCPU is activated": "vcpu0 activate 27 vcpu1; "
    f"{QUIET}; vcpu1 final 27 pending 0 active 1",
    "what is not of this machine": f"vcpu0 pend 99; {QUIET}; all final 99 pending 1 active 1",
}
WRONG = {
    f"vcpu0 pend 40; {QUIET}; {PENDING}": "lost: spi 40 is pending and enabled",
    f"dev0 raise 27 vcpu1; {QUIET}; vcpu1 final 27 pending 1 active 0": "lost: ppi 27 of vcpu 1",
    f"vcpu0 disable 40; vcpu0 enable 40; vcpu0 pend 40; {QUIET}; {PENDING}": (
        "lost: spi 40 is pending and enabled"
    ),
    f"vcpu0 priority 40 0xf0; vcpu0 pend 40; {QUIET}; {PENDING}": (
        "lost: spi 40 is pending and enabled"
    ),
    f"vcpu0 raise 64; {QUIET}; all final 64 pending 1 active 0": "lost: spi 64 is pending",
    f"{SERVED}; vcpu0 pend 40; {QUIET}; {GONE}": "lost: spi 40 was sent, is not pending, and did",
    f"vcpu0 pend 40; {QUIET}; {GONE}": "lost: spi 40 was sent",
    f"vcpu0 activate 27 vcpu1; vcpu0 pend 40; {QUIET}; {PENDING}": "lost: spi 40 is pending",
    f"vcpu0 disable 40; vcpu0 pend 40; {QUIET}; {GONE}": "lost: spi 40 was sent, is not pending",
    f"{SERVED}; {QUIET}; all final 40 pending 0 active 1": "stuck active: spi 40 is active",
    f"{SERVED}; {QUIET}; all final 40 pending 1 active 1": "stuck active: spi 40 is active",
    f"vcpu0 pend 40; vcpu0 acknowledge 40; vcpu0 drop 40; vcpu1 dir 40; {QUIET}; "
    "all final 40 pending 0 active 1": "stuck active: spi 40 is active, and its handlers have",
    f"vcpu0 pend 64; vcpu0 acknowledge 64; vcpu0 drop 64; vcpu0 dir 64; vcpu0 pend 64; {QUIET}; "
    "all final 64 pending 0 active 0": "lost: spi 64 was sent, is not pending",
    f"vcpu0 pend 40; vcpu0 acknowledge 40; vcpu0 drop 40; vcpu0 dir 40; vcpu0 priority 40 0x20; "
    f"vcpu0 pend 50; {QUIET}; all final 50 pending 1 active 0": "lost: spi 50 is pending",
    f"vcpu0 priority 40 0x80; {SERVED}; {QUIET}; all final 40 pending 0 active 1": "stuck active",
    f"vcpu1 priority 40 0x40; {SERVED}; {QUIET}; all final 40 pending 0 active 1": "stuck active",
    f"{SERVED}; vcpu0 acknowledge 40; vcpu0 end 40; {QUIET}": (
        "too often: spi 40 was acknowledged 2 times, sent 1"
    ),
    "vcpu0 pend 40; all idle; vcpu0 acknowledge 40; vcpu0 end 40; all exited; all exited": (
        "late: spi 40 came only when its vCPU was made to exit"
    ),
    "vcpu0 pend 40; vcpu0 route 50 vcpu1; all idle; vcpu0 acknowledge 40; vcpu0 end 40": (
        "late: spi 40 came"
    ),
    f"vcpu0 pend 40; vcpu1 acknowledge 40; vcpu1 end 40; {QUIET}": (
        "astray: spi 40 came to vcpu1, to which it never was routed"
    ),
    f"vcpu0 route 40 vcpu1; {SERVED}; {QUIET}": "astray: spi 40 came to vcpu0",
    f"vcpu0 acknowledge 99; vcpu0 end 99; {QUIET}": (
        "astray: vcpu0 acknowledged 99, which this machine does not have"
    ),
    f"vcpu0 acknowledge 1022; {QUIET}": "astray: vcpu0 acknowledged 1022, which",
    f"vcpu0 acknowledge 3; vcpu0 end 3; {QUIET}": "astray: vcpu0 acknowledged 3, which",
    f"vcpu0 acknowledge 64; vcpu0 quiesce 64; vcpu0 end 64; {QUIET}": (
        "too often: spi 64 was acknowledged, and nobody ever sent it"
    ),
    f"vcpu0 acknowledge 40; vcpu0 end 40; vcpu0 pend 40; vcpu0 unpend 40; {QUIET}": (
        "too often: spi 40 was acknowledged before it was sent"
    ),
    f"vcpu0 acknowledge 64; vcpu0 end 64; vcpu0 raise 64; vcpu0 lower 64; {QUIET}": (
        "too often: spi 64 was acknowledged before it was sent"
    ),
    "dev0 raise 64; vcpu0 acknowledge 64; vcpu0 quiesce 64; vcpu0 end 64; vcpu0 acknowledge 64; "
    f"vcpu0 quiesce 64; vcpu0 end 64; {QUIET}": "too often: spi 64 came again though its line",
    f"vcpu0 pend 40; vcpu0 acknowledge 40; vcpu0 pend 40; vcpu0 acknowledge 40; {QUIET}": (
        "too often: vcpu0 acknowledged spi 40 in its own handler"
    ),
    f"vcpu0 pend 40; vcpu0 acknowledge 40; vcpu0 pend 50; vcpu0 acknowledge 50; {QUIET}": (
        "astray: vcpu0 acknowledged spi 50 in the handler of spi 40"
    ),
    f"dev0 raise 64; {QUIET}; all final 64 pending 0 active 0": (
        "lost: the line of spi 64 is up, and it is not pending"
    ),
    f"vcpu0 raise 64; vcpu0 lower 64; vcpu0 raise 64; {QUIET}; all final 64 pending 0 active 0": (
        "lost: the line of spi 64"
    ),
    f"vcpu1 pend 64; {QUIET}; all final 64 pending 0 active 0": "lost: spi 64 was sent, is not",
    f"vcpu0 disable 40; {SERVED}; {QUIET}": (
        "astray: spi 40 was acknowledged, though disabled before it was sent"
    ),
    f"vcpu0 unpend 40; vcpu0 pend 40; {QUIET}; {GONE}": "lost: spi 40 was sent, is not pending",
    f"{QUIET}; all final 40 pending 0 active 1": (
        "stuck active: spi 40 is active, and nobody acknowledged it"
    ),
    "vcpu0 route 40 vcpu1; vcpu0 route 40 vcpu0; vcpu0 pend 40; all idle; vcpu0 acknowledge 40; "
    "vcpu0 end 40; all exited": "late: spi 40 came only when",
    f"{SERVED}; vcpu0 priority 40 0x80; {QUIET}; all final 50 pending 1 active 0": (
        "lost: spi 50 is pending"
    ),
    f"vcpu1 route 40 vcpu1; vcpu1 pend 40; vcpu1 acknowledge 40; vcpu1 priority 40 0x80; "
    f"vcpu1 end 40; {QUIET}; all final 50 pending 1 active 0": "lost: spi 50 is pending",
    f"vcpu1 priority 40 0x80; vcpu0 pend 50; vcpu1 acknowledge 50; vcpu1 end 50; vcpu0 pend 40; "
    f"{QUIET}; all final 40 pending 1 active 0": "astray: spi 50 came to vcpu1",
    "vcpu1 raise 65; vcpu1 acknowledge 65; vcpu1 end 65; vcpu1 acknowledge 65; vcpu1 end 65; "
    f"{QUIET}; all final 65 pending 0 active 0": (
        "too often: spi 65 was acknowledged 2 times, sent 1"
    ),
    f"vcpu1 raise 65; vcpu1 acknowledge 65; vcpu1 end 65; vcpu1 raise 65; {QUIET}; "
    "all final 65 pending 0 active 0": "lost: spi 65 was sent, is not pending",
    f"vcpu1 raise 65; vcpu1 acknowledge 65; vcpu1 end 65; {QUIET}; "
    "all final 65 pending 1 active 0": "lost: spi 65 is pending and enabled",
    "vcpu0 distributor 0 is 0; vcpu0 distributor 0 is 1; vcpu0 pend 40; "
    f"{QUIET}; {PENDING}": "lost: spi 40 is pending and enabled",
    f"vcpu0 pend 40; vcpu1 distributor 0 is 1; {QUIET}; {PENDING}": "lost: spi 40 is pending",
    f"vcpu0 distributor 0 is 0; vcpu0 pend 40; {QUIET}; {GONE}": "lost: spi 40 was sent, is not",
    "vcpu0 distributor 0 is 0; vcpu0 pend 40; vcpu0 distributor 0 is 1; "
    f"vcpu0 acknowledge 40; vcpu0 end 40; {QUIET}; all final 40 pending 0 active 1": "stuck active",
    f"vcpu0 sgi list 3 0x02; {QUIET}; vcpu1 final 3 pending 1 active 0": "lost: sgi 3 of vcpu 1",
    f"vcpu0 sgi others 3; {QUIET}; vcpu1 final 3 pending 1 active 0": "lost: sgi 3 of vcpu 1",
    f"vcpu0 sgi list 3 0x01; vcpu1 acknowledge 3; vcpu1 end 3; {QUIET}": (
        "too often: sgi 3 of vcpu 1 was acknowledged, and nobody"
    ),
    f"vcpu1 sgi others 3; vcpu1 acknowledge 3; vcpu1 end 3; {QUIET}": "too often: sgi 3 of vcpu 1",
    f"{SERVED}; vcpu0 end again 40; vcpu0 acknowledge 50; vcpu0 end 50; {QUIET}": (
        "too often: spi 50 was acknowledged, and nobody"
    ),
}


@pytest.mark.parametrize("seen", RIGHT)
def test_what_is_right_is_not_reported(seen: str) -> None:
    assert judge(PLAY, trace(RIGHT[seen])) == Judgement()


@pytest.mark.parametrize("seen", WRONG)
def test_what_is_wrong_is_reported_once(seen: str) -> None:
    (reason,) = bad(seen)
    assert reason.startswith(WRONG[seen])


def test_a_level_interrupt_lost_while_active_is_not_reported() -> None:
    """Software pended it while it was active, so it is lost by right (Q5); an edge is not."""
    seen = "vcpu0 pend {0}; vcpu0 acknowledge {0}; vcpu0 pend {0}; vcpu0 end {0}; " + QUIET
    assert bad(seen.format(64), "all final 64 pending 0 active 0") == ()
    ended = "vcpu0 pend 64; vcpu0 acknowledge 64; vcpu0 end 64; vcpu0 pend 64; " + QUIET
    assert bad(ended, "all final 64 pending 0 active 0") != ()
    assert bad(seen.format(50), "all final 50 pending 0 active 0") != ()


def test_a_guest_that_waits_for_ever_loses_its_own() -> None:
    waiting = read_script(MACHINE + "await 0\n", "waiting")
    seen = f"dev0 raise 27 vcpu1; {QUIET}; vcpu1 final 27 pending 1 active 0"
    assert bad(seen, play=waiting) == ()
    assert bad(f"vcpu1 await 0; {seen}", play=waiting) != ()
    assert bad(f"vcpu0 pend 40; {QUIET}; {PENDING}", play=waiting) != ()


def test_what_was_to_be_read_and_never_was_is_wrong() -> None:
    """Behind what a guest awaits in vain it serves, and what it finds is none of its program's."""
    waiting = read_script(MACHINE + "await 0\nacknowledge is none\nacknowledge is 27\n", "waits")
    vain = f"dev0 raise 27 vcpu1; vcpu1 acknowledge 27; vcpu1 end 27; {QUIET}"
    assert bad(vain, play=waiting) == ("vcpu1 never came to `acknowledge is none`",)
    right = vain.replace("; vcpu1", "; vcpu1 await 0; vcpu1 acknowledge none; vcpu1", 1)
    assert bad(right, play=waiting) == ()
    assert judge(waiting, trace(vain, ended=False)) == Judgement()
    assert judge(waiting, trace("vcpu1 await 0", ended=False)) == Judgement()
    assert bad(f"vcpu1 await 0; {QUIET}", play=waiting) != ()


def test_late_means_nothing_where_maintenance_interrupts_are_late() -> None:
    seen = "vcpu0 pend 40; all idle; vcpu0 acknowledge 40; vcpu0 end 40; all exited"
    slow = read_script(MACHINE + "lateness 0 1\n", "slow")
    assert bad(seen) != ()
    assert bad(seen, play=slow) == ()
    assert bad(f"{seen}; all final 40 pending 0 active 1", play=slow) != ()


@pytest.mark.parametrize(
    ("instruction", "bears"),
    [
        ("mask 0x40", True),
        ("mask 0xf8", False),
        ("mask 0x40\nmask 0xf8", False),
        ("mask 0xf8\nmask 0x40", True),
        ("disable group 1", True),
        ("enable group 1", False),
        ("disable group 1\nenable group 1", True),
        ("work", False),
    ],
)
def test_late_means_nothing_where_a_guest_may_have_shut_it_out(
    instruction: str, bears: bool
) -> None:
    seen = "vcpu0 pend 40; all idle; vcpu0 acknowledge 40; vcpu0 end 40; all exited"
    shut = read_script(f"{MACHINE}{instruction}\n", "shut")
    assert (bad(seen, play=shut) == ()) is bears
    assert bad(f"{seen}; all final 40 pending 1 active 0", play=shut) != ()


@pytest.mark.parametrize(("nr_lr", "bears"), [(3, True), (4, False)])
def test_what_a_guest_drops_outside_the_list_registers_may_have_been_another(
    nr_lr: int, bears: bool
) -> None:
    """vcpu0 has 27, 40, 50 and 64; an emulated CPU takes a drop of what is outside for an end."""
    play = PLAY._replace(parameters=PLAY.parameters._replace(nr_lr=nr_lr))
    seen = "vcpu0 pend 40; vcpu0 acknowledge 40; vcpu0 drop 40; vcpu0 dir 40; " + QUIET
    assert (bad(seen, "all final 50 pending 0 active 1", play=play) == ()) is bears
    assert bad(seen.replace("drop", "end"), "all final 50 pending 0 active 1", play=play) != ()
    assert bad(f"{seen}; vcpu1 final 27 pending 1 active 0", play=play) != ()


def test_the_reference_does_nothing_wrong_with_machines_drawn_at_random() -> None:
    kernel = Target().kernel
    judged: list[Judgement] = []

    @settings(DRAWING, max_examples=60)
    @given(machines())
    def draw(machine: Parameters) -> None:
        for name in ("random-walk", "pos"):
            schedule = STRATEGIES[name](Streams(1, name, len(judged)).stream("schedule"), 200)
            with OsThreads() as carriers:
                done = traced(machine, kernel, schedule, carriers)
            if isinstance(done.execution.outcome, Passed):
                judged.append(judge(PLAY._replace(parameters=machine, wanted=()), done.trace))

    draw()
    assert len(judged) > 100
    assert set(judged) == {Judgement()}


READ = (
    "vcpu1 disable 50; vcpu1 pend 50; "
    "vcpu0 pend 40; vcpu0 acknowledge 40; vcpu0 acknowledge none; vcpu0 end 40; "
    "vcpu0 exits are {exits}; vcpu0 active 40 is {active}; vcpu0 acknowledge {last}; "
    "vcpu0 pending 50 is 1; vcpu1 acknowledge none; vcpu1 unpend 50; "
    "vcpu1 pending 50 is {pending}"
)
EXPECTED = {"exits": "1", "active": "0", "last": "none", "pending": "0"}


def reading(**seen: str) -> Judgement:
    return judge(READING, trace(READ.format(**EXPECTED | seen), QUIET))


def test_what_is_to_be_read_is_looked_for_where_it_was_read() -> None:
    assert reading() == Judgement()
    assert reading(active="1").bad == ("vcpu0: `active 40 is 0`, but it was 1",)
    assert reading(pending="1").bad == ("vcpu1: `pending 50 is 0`, but it was 1",)
    assert reading(last="50").bad[0] == "vcpu0: `acknowledge is none`, but it was 50"


def test_a_round_in_which_something_else_exited_is_not_judged() -> None:
    assert reading(exits="2", active="1") == Judgement(disturbed=True)
    assert reading(exits="0") == Judgement(disturbed=True)


def test_where_exits_are_not_counted_all_else_is_judged() -> None:
    seen = READ.format(**EXPECTED | {"active": "1"}).replace("exits are 1", "exits")
    assert judge(READING, trace(seen, QUIET)).bad == ("vcpu0: `active 40 is 0`, but it was 1",)


def test_a_round_that_hung_is_judged_by_what_was_read() -> None:
    seen = f"vcpu0 pend 40; {PENDING}"
    assert judge(READING, trace(seen, ended=False)) == Judgement()
    assert judge(READING, trace("vcpu0 acknowledge 50", ended=False)).bad != ()


def test_the_rounds_of_a_play_are_counted() -> None:
    good, wrong = trace(READ.format(**EXPECTED), QUIET), READ.format(**EXPECTED | {"active": "1"})
    disturbed = trace(READ.format(**EXPECTED | {"exits": "2"}), QUIET)
    hung = trace("vcpu0 acknowledge 40", ended=False)
    counted = counts(good, disturbed, trace(wrong, QUIET), hung)
    assert counted == (4, 2, 1, 1, 1, 1)
    first = verdict(READING, [good, trace(wrong, QUIET), trace(wrong, QUIET)]).first
    assert first == BadRound(1, reading(active="1").bad, trace(wrong, QUIET))
    assert verdict(READING, [good] * 5).first is None
    assert counts() == (0, 0, 0, 5, 0, 0)


def counts(*traces: Trace) -> Iterable[int]:
    found = verdict(READING, traces)
    return found.played, found.judged, found.disturbed, found.lost, found.hung, found.bad
