# SPDX-License-Identifier: GPL-2.0-only
"""Are the plays that are delivered what they say, and right in the model where they have to be?"""

from collections import Counter
from collections.abc import Iterator

import pytest

from harness import OsThreads, Passed, Streams
from harness.search.strategies import STRATEGIES
from stress.executions import Target, traced
from stress.plays import Play, judge, print_script, read_script, shipped
from stress.plays.printing import interrupt_line
from stress.plays.statements import Stated, instruction_line
from vgic.hardware import Implementation

PLAYS = shipped()
KNOWN = {"sort_disable", "sort_route", "sort_level", "sort_small", "sort_stuck", "soft_pend_lost"}
"""They show what is not mended in `reference`: F2 of docs/findings.md, and the lost soft pend."""


@pytest.mark.parametrize("name", PLAYS)
def test_a_play_says_what_it_does_and_what_it_comes_to(name: str) -> None:
    play = PLAYS[name]
    assert any(line.startswith("Result: ") for line in play.about)
    assert read_script(print_script(play), name) == play
    assert all(len(line) <= 110 for line in play.about)
    may_be_bad = any("Always" in line or "Sometimes" in line for line in result_of(play))
    assert bool(play.known) == (may_be_bad or "always" in "".join(result_of(play)))
    if play.control:
        assert not play.known
        of = PLAYS[play.control]
        assert name.startswith(play.control.split("_")[0])
        assert play.rounds == of.rounds
        assert any("Beside" in line and play.control in line for line in play.about)


def result_of(play: Play) -> list[str]:
    """Return what an opening says of what a play comes to: its last lines."""
    return list(play.about[[line.startswith("Result: ") for line in play.about].index(True) :])


def test_what_is_racy_has_a_control() -> None:
    controlled = {play.control for play in PLAYS.values()}
    racy = {
        name
        for name, play in PLAYS.items()
        if not play.control
        and any(each.name == "linger" for g in play.parameters.guests for each in g.instructions)
    }
    assert len(racy) >= 7
    assert racy <= controlled
    assert controlled >= KNOWN


_MOVED = ((),)
_UNUSED = ("+interrupt 100 edge priority 0x80",)
_UNUSED_DISABLED = (
    _UNUSED,
    ("-8 enable 42", "+8 enable 100"),
    ("-8 disable 42", "+8 disable 100"),
)
_ROUTED_EARLY = ((), ("-8 route 50 vcpu 1", "+8 exit"), ("-8 exit", "+8 route 50 vcpu 1"))
DIFFERENCES: dict[str, tuple[tuple[str, ...], ...]] = {
    "dir_unlocked_own": ((), ("-8 hand over", "+8 dir 0"), ("-8 take over",)),
    "distributor_open": ((), ("-1 mask 0x00", "+1 mask 0xf8")),
    "resampled_exit": ((), ("+1 exit", "-1 exits are 2", "+1 exits are 3")),
    "resampled_own": ((), ("-1 hand over", "+1 dir 0"), ("-1 take over",)),
    "dir_level_own": ((), ("-1 hand over", "+1 dir 0"), ("-1 take over",)),
    "headwalk_priority_same": ((), ("-1 priority 43 0xf0", "+1 priority 43 0x50")),
    "headwalk_slow_exit": ((), ("-1 exits", "-1 exits are 0", "+1 exit")),
    "quirk_disable_exit": (
        (),
        (
            *("-1 acknowledge is 50", "-1 end", "-1 exits", "-1 exits are 0"),
            *("+1 acknowledge is none", "+1 exit", "+1 pending 50 is 1"),
        ),
    ),
    "soft_pend_exit": ((), ("-1 exits are 2", "+1 exit", "+1 exits are 3")),
    "sort_disable_early": _MOVED,
    "sort_disable_late": _MOVED,
    "sort_disable_other": _UNUSED_DISABLED,
    "sort_level_other": (
        ("+interrupt 65 level priority 0xa0 vcpu 1",),
        ("-7 raise 64", "+7 raise 65"),
        ("-8 lower 64", "+8 lower 65"),
    ),
    "sort_route_other": (
        _UNUSED,
        (),
        ("-8 route 42 vcpu 0", "-8 route 42 vcpu 1", "+8 route 100 vcpu 0", "+8 route 100 vcpu 1"),
    ),
    "sort_small_other": _UNUSED_DISABLED,
    "sort_stuck_other": (_UNUSED, (), ("-1 disable 42", "+1 disable 100")),
    "stale_summary_active_early": _ROUTED_EARLY,
    "stale_summary_active_late": _MOVED,
    "stale_summary_pending_early": _ROUTED_EARLY,
}
"""What each control has otherwise than its play: interrupts, then each guest's instructions."""


@pytest.mark.parametrize("name", [name for name, play in PLAYS.items() if play.control])
def test_a_control_differs_in_what_it_says_and_nothing_else(name: str) -> None:
    play, of = PLAYS[name], PLAYS[PLAYS[name].control]
    irqs, *guests = DIFFERENCES[name]
    there, before = (set(map(interrupt_line, each.parameters.irqs)) for each in (play, of))
    assert there >= before
    assert {f"+{line}" for line in there - before} == set(irqs)
    assert [guest.lateness for guest in play.parameters.guests] == [
        guest.lateness for guest in of.parameters.guests
    ]
    guests += [()] * (len(of.parameters.guests) - len(guests))
    for vcpu, differs in enumerate(guests):
        mine, its = lines(play, vcpu), lines(of, vcpu)
        gone = [f"-{count} {line}" for line, count in (its - mine).items()]
        come = [f"+{count} {line}" for line, count in (mine - its).items()]
        assert sorted(gone + come) == sorted(differs)


def lines(play: Play, vcpu: int) -> Counter[str]:
    """Count the lines of one guest's program."""
    seen = {each.position: each.value for each in play.wanted if each.vcpu == vcpu}
    return Counter(
        instruction_line(Stated(instruction, seen.get(position)))
        for position, instruction in enumerate(play.parameters.guests[vcpu].instructions)
    )


def outcomes(
    play: Play, target: str, schedules: int, bugs: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    """Return what is wrong in each of some executions, by the model's judges or the play's."""
    kernel = Target(target, bugs).kernel
    with OsThreads() as carriers:
        for number in range(schedules):
            strategy = STRATEGIES[("random-walk", "pct", "pos", "delays")[number % 4]]
            stream = Streams(1, play.name, number // 4).stream("schedule")
            done = traced(play.parameters, kernel, strategy(stream, 300), carriers)
            passed = isinstance(done.execution.outcome, Passed)
            yield judge(play, done.trace).bad if passed else (str(done.execution.outcome),)


@pytest.mark.parametrize("name", sorted(PLAYS.keys() - KNOWN - {"quirk_pend_active"}))
def test_nothing_is_wrong_on_the_reference(name: str) -> None:
    assert set(outcomes(PLAYS[name], "reference", 8)) == {()}


def test_what_ships_loses_by_right_what_the_reference_delivers() -> None:
    play = PLAYS["quirk_pend_active"]
    assert set(outcomes(play, "linux-7.3", 8)) == {()}
    assert set(outcomes(play, "reference", 8)) == {("vcpu0: `acknowledge is none`, but it was 64",)}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("soft_pend_lost", "I9 lost pend"),
        ("sort_disable", "I13 stuck active"),
        ("sort_stuck", "I13 stuck active"),
    ],
)
def test_what_ships_is_seen_to_be_wrong_and_the_reference_right(name: str, wrong: str) -> None:
    assert any(wrong in "".join(bad) for bad in outcomes(PLAYS[name], "linux-7.3", 600))
    assert set(outcomes(PLAYS[name], "reference", 16)) == {()}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("stale_summary_active", "I13 stuck active"), ("stale_summary_pending", "`pending 44 is 0`")],
)
def test_what_is_mended_there_is_seen_without_the_mend(name: str, wrong: str) -> None:
    stale = ("stale_summary",)
    assert any(wrong in "".join(bad) for bad in outcomes(PLAYS[name], "reference", 100, stale))
    for control in [play for play in PLAYS.values() if play.control == name]:
        assert set(outcomes(control, "reference", 16, stale)) == {()}


ON_CPUS = Implementation(has_tdir=True)


def on_cpus_that_trap_dir(name: str) -> Play:
    play = PLAYS[name]
    return play._replace(parameters=play.parameters._replace(hardware=ON_CPUS))


@pytest.mark.parametrize(
    ("name", "wrong"), [("dir_level_again", "I11"), ("dir_miscounted", "I13 stuck active")]
)
def test_what_becomes_of_dir_is_seen_in_what_ships_each_time(name: str, wrong: str) -> None:
    play = on_cpus_that_trap_dir(name)
    found = list(outcomes(play, "linux-7.3", 8))
    assert all(found)
    assert any(wrong in "".join(bad) for bad in found)
    assert set(outcomes(play, "reference", 8)) == {()}


@pytest.mark.parametrize("name", ["resampled_stay", "resampled_apart"])
def test_whoever_samples_a_line_again_does_not_hear_of_the_end_in_what_ships(name: str) -> None:
    play = on_cpus_that_trap_dir(name)
    found = list(outcomes(play, "linux-7.3", 8))
    assert all("I32 end unheard" in "".join(bad) for bad in found)
    assert set(outcomes(play, "reference", 8)) == {()}


@pytest.mark.parametrize("name", ["dir_unannounced", "dir_unannounced_exit"])
def test_who_deactivates_for_another_vcpu_leaves_it_to_chance_in_what_ships(name: str) -> None:
    """An exit behind that comes by chance: the model does not wait for it."""
    play = on_cpus_that_trap_dir(name)
    assert all("I16 missed kick" in "".join(bad) for bad in outcomes(play, "linux-7.3", 8))
    assert set(outcomes(play, "reference", 8)) == {()}


@pytest.mark.parametrize(
    ("name", "wrongs"),
    [
        ("distributor_mask", ("I16 missed kick",)),
        ("dir_unlocked", ("I4 list registers", "I13 stuck active")),
    ],
)
def test_what_a_race_shows_is_seen_in_what_ships_and_not_in_the_reference(
    name: str, wrongs: tuple[str, ...]
) -> None:
    play = on_cpus_that_trap_dir(name)
    found = {"".join(bad) for bad in outcomes(play, "linux-7.3", 60)}
    for wrong in wrongs:
        assert any(wrong in bad for bad in found)
    assert set(outcomes(play, "reference", 16)) == {()}


BESIDE_THESE = (
    *("dir_level_own", "dir_counted", "dir_unlocked_own", "dir_unlocked_still"),
    *("resampled_exit", "resampled_own", "distributor_open"),
)


@pytest.mark.parametrize("name", BESIDE_THESE)
def test_what_stands_beside_these_is_right_in_what_ships_too(name: str) -> None:
    assert set(outcomes(on_cpus_that_trap_dir(name), "linux-7.3", 8)) == {()}


@pytest.mark.parametrize("name", ["headwalk_slow", "headwalk_priority"])
def test_the_bug_of_march_2026_is_seen_each_time_where_it_is(name: str) -> None:
    assert () not in set(outcomes(PLAYS[name], "head-walk", 4))


@pytest.mark.parametrize("name", ["headwalk_slow_exit", "headwalk_priority_same"])
def test_its_controls_are_right_there(name: str) -> None:
    assert set(outcomes(PLAYS[name], "head-walk", 8)) == {()}
