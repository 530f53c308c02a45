# SPDX-License-Identifier: GPL-2.0-only
"""Does a console become what came of each play, whatever has happened to its lines?"""

import zlib
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stress.executions.tracing import model_trace
from stress.plays import verdict
from stress.rig.wire import Hello, Played, Reception
from stress.traces import NONE, Event, Trace
from tests.stress.rig.wire.recorded import WITH_BUG, WITHOUT, console, recorded_plays
from vgic import named_revision

PLAYS = recorded_plays()
BOTH = pytest.mark.parametrize("release", [WITH_BUG, WITHOUT])


def line(rest: str) -> str:
    return f"VGS {zlib.crc32(rest.encode()):08x} {rest}"


def heard(lines: Iterable[str]) -> Reception:
    reception = Reception(PLAYS)
    for each in lines:
        reception.feed(each)
    return reception


def uncounted(trace: Trace) -> Trace:
    """Return a trace without the numbers of exits, which a model does not count."""
    return trace._replace(
        events=tuple(
            each._replace(value=NONE) if each.what == "exits" else each for each in trace.events
        )
    )


def seen(played: Played, number: int = 0, who: str = "vcpu0") -> list[str]:
    """Return what somebody did in a round, in short."""
    return [f"{each.what} {each.intid}" for each in played.rounds[number].events if each.who == who]


@BOTH
def test_a_recorded_console_is_heard_whole(release: str) -> None:
    reception = heard(console(release))
    assert reception.dropped == 0
    assert reception.is_complete
    assert (reception.fatal, reception.not_slow, reception.under_way) == ("", "", "")
    assert reception.hello is not None
    assert reception.hello.release.startswith(release)
    assert reception.hello.cpus == 3
    assert reception.through == set(reception.results) == {"one", "two", "slow", "never"}
    for play in PLAYS:
        played = reception.results[play.name]
        assert len(played.rounds) == play.rounds
        assert played.numbers == tuple(range(play.rounds))
        assert (played.lost, played.hung, played.trouble) == (0, False, "")
        assert played.exits > played.runs > 0
        assert all(each.ended for each in played.rounds)


def test_the_kernel_with_the_bug_is_told_from_the_one_without() -> None:
    stuck = Event("all", "final", 40, 3)
    with_bug = heard(console(WITH_BUG)).results["slow"].rounds[0]
    without = heard(console(WITHOUT)).results["slow"].rounds[0]
    assert stuck in with_bug.events
    assert stuck not in without.events
    slow = next(play for play in PLAYS if play.name == "slow")
    assert verdict(slow, [with_bug]).bad == 1
    assert verdict(slow, [without]).bad == 0


@BOTH
def test_a_guest_does_what_the_model_s_does(release: str) -> None:
    one = heard(console(release)).results["one"]
    assert seen(one)[12:] == [
        "priority 20", "raise 20", "acknowledge 20", "quiesce 20", "end 20", "acknowledge 3",
        "exit -1", "end 3", "final 3", "final 20",
    ]  # fmt: skip


@pytest.mark.parametrize(("release", "revision"), [(WITH_BUG, "head-walk"), (WITHOUT, "reference")])
@pytest.mark.parametrize("name", ["one", "slow", "never"])
def test_kernel_and_model_have_the_same_trace_where_nothing_races(
    release: str, revision: str, name: str
) -> None:
    play = next(each for each in PLAYS if each.name == name)
    in_the_model = model_trace(play.parameters, named_revision(revision).cls)
    on_a_kernel = heard(console(release)).results[name].rounds[0]
    seen_by_both = len(in_the_model.events)  # with the bug, the model's ends at the failure
    assert in_the_model.ended == ((release, name) != (WITH_BUG, "slow"))
    assert seen_by_both > 3
    assert uncounted(on_a_kernel).events[:seen_by_both] == uncounted(in_the_model).events
    assert in_the_model.ended == (seen_by_both == len(on_a_kernel.events))


@BOTH
def test_a_cell_that_nobody_sets_ends_no_round_badly(release: str) -> None:
    never = heard(console(release)).results["never"].rounds[0]
    assert [each.what for each in never.events] == ["idle", "exited", "exited", "final"]


@BOTH
def test_without_any_one_line_at_most_its_round_is_missing(release: str) -> None:
    lines = console(release)
    whole = heard(lines).results
    for place, dropped in enumerate(lines):
        results = heard([*lines[:place], *lines[place + 1 :]]).results
        assert set(results) == set(whole)
        logged = dropped.split()[2:3]
        for name, played in results.items():
            assert set(played.rounds) <= set(whole[name].rounds)
            assert len(played.rounds) + played.lost == len(whole[name].rounds)
        lost = sum(played.lost for played in results.values())
        assert lost == (1 if logged and logged[0] in {"v", "d", "f"} else 0)


@settings(deadline=None)
@given(st.integers(0, 2_000), st.binary(max_size=3))
def test_whatever_is_on_the_line_only_rounds_are_lost(place: int, noise: bytes) -> None:
    text = "\n".join(console(WITHOUT))
    damaged = text[:place] + noise.decode("latin-1") + text[place + len(noise) :]
    reception = heard(damaged.split("\n"))
    whole = heard(console(WITHOUT)).results
    for name, played in reception.results.items():
        assert set(played.rounds) <= set(whole[name].rounds)
        assert len(played.rounds) + played.lost <= len(whole[name].rounds)


KINDS = st.sampled_from(["v", "d", "f", "play", "hung", "broken", "end", "hello", "slow", "kmsg"])
NUMBER = st.one_of(st.integers(0, 4), st.integers(0, 1 << 70), st.integers(-1, 0)).map(str)
WORD = st.one_of(st.integers(0, 1 << 20).map("{:x}".format), st.text(max_size=4))
RESTS = st.builds(
    lambda kind, numbers, words: " ".join([kind, *numbers, *words]),
    KINDS,
    st.lists(NUMBER, max_size=4),
    st.lists(WORD, max_size=4),
)


@given(st.lists(RESTS, max_size=12))
@settings(max_examples=200, deadline=None)
def test_nothing_that_a_machine_may_say_raises(rests: list[str]) -> None:
    reception = heard(
        f"VGS {zlib.crc32(rest.encode('utf-8', 'replace')):08x} {rest}" for rest in rests
    )
    rounds = {play.name: play.rounds for play in PLAYS}
    for name, played in reception.results.items():
        assert len(played.rounds) <= rounds[name]
        assert played.lost >= 0


def one_round(number: int) -> list[str]:
    return [line(f"v 0 {number} 0 2802 16 17 17"), line(f"f 0 {number} 318 1418 2818 2c18")]


def test_a_play_whose_first_line_was_lost_has_begun() -> None:
    reception = heard(one_round(0))
    assert reception.under_way == "one"
    assert len(reception.results["one"].rounds) == 1


def test_a_play_is_over_when_the_next_begins() -> None:
    reception = heard([line("play 0"), *one_round(0), line("play 1")])
    assert (reception.through, reception.under_way) == ({"one"}, "two")


def test_a_play_does_not_begin_twice_and_a_round_is_not_played_twice() -> None:
    twice = [line("play 0"), *one_round(0), *one_round(0), line("play 1"), line("play 0")]
    reception = heard(twice)
    assert len(reception.results["one"].rounds) == 1
    assert reception.dropped == 3
    assert reception.under_way == "two"


def test_a_round_whose_log_was_full_is_lost() -> None:
    full = line("v 0 0 0 2802 0")
    reception = heard([line("play 0"), full, one_round(0)[1], *one_round(1), line("end 0 2 9 9 9")])
    played = reception.results["one"]
    assert (len(played.rounds), played.lost, played.numbers) == (1, 1, (1,))


@pytest.mark.parametrize(
    ("log", "final"),
    [
        ("2802 16 17", "318 1418 2818 2c18"),
        ("2802 17 17", "318 1418 2818 2c18"),
        ("2802 16 16 17 17", "318 1418 2818 2c18"),
        ("2802 16 17 17 17", "318 1418 2818 2c18"),
        ("2802 16 17 17", "318 1418 2818 2818"),
        ("2802 16 17 17", "318 1418 2818"),
        ("2802 16 17 17", "100318 1418 2818 2c18"),
    ],
)
def test_a_round_of_which_something_is_missing_is_lost(log: str, final: str) -> None:
    whole = heard([line("play 0"), *one_round(0)]).results["one"]
    assert (len(whole.rounds), whole.lost) == (1, 0)
    played = heard([line("play 0"), line(f"v 0 0 0 {log}"), line(f"f 0 0 {final}")]).results["one"]
    assert (len(played.rounds), played.lost) == (0, 1)


def test_rounds_that_are_alike_are_kept_once() -> None:
    first, second = heard([line("play 0"), *one_round(0), *one_round(1)]).results["one"].rounds
    assert first is second


def test_what_a_guest_drops_and_deactivates_is_logged_and_what_it_sets_is_not() -> None:
    final = one_round(0)[1]
    logs = {"2802 2823 2820 16 17 17": 1, "2802 f819 16 17 17": 0, "2802 21 16 17 17": 0}
    for log, rounds in logs.items():
        reception = heard([line("play 0"), line(f"v 0 0 0 {log}"), final])
        assert len(reception.results["one"].rounds) == rounds
        assert reception.dropped == 1 - rounds


def test_who_hung_left_a_trace_as_far_as_he_came() -> None:
    reception = heard(
        [
            line("play 0"),
            *one_round(0),
            line("v 0 1 0 2801"),
            line("hung 0 1"),
            line("end 0 1 7 8 9"),
        ]
    )
    played = reception.results["one"]
    assert (played.hung, played.lost, played.numbers) == (True, 0, (0, 1))
    assert [each.ended for each in played.rounds] == [True, False]
    assert (played.microseconds, played.runs, played.exits) == (7, 8, 9)


def test_what_the_kernel_refused_is_said_and_no_hang() -> None:
    reception = heard(
        [line("play 0"), line("broken 0 0 no: Invalid argument"), line("end 0 0 1 1 1")]
    )
    played = reception.results["one"]
    assert (played.hung, played.trouble) == (False, "no: Invalid argument")
    assert played.rounds == ()


@pytest.mark.parametrize(
    "rest",
    [
        "v 4 0 0 2802", "v 0 2 0 2802", "v 0 0 1 2802", "v 0 0 0 ff", "v 0 0 0 18",
        "v 0 0 0 100000000", "v 0 0 0 xyz", "v 0 0", "d 0 0 0 280c", "f 0 0 2802", "end 4 1 1 1 1",
        "end 0 1 1", "play x", "play 4", "hung 9 9", "new 1", "hello x", "hello x 1", "",
    ],
)  # fmt: skip
def test_a_line_that_checks_but_makes_no_sense_is_dropped(rest: str) -> None:
    reception = heard([line("play 0"), line(rest)])
    assert reception.dropped == 1
    assert reception.hello is None
    assert reception.results["one"].rounds == ()


def test_what_is_none_of_the_monitor_s_is_passed_over() -> None:
    reception = heard(["[    0.000000] Booting Linux", "", "VG", line("hello 6.6.1 4 99")])
    assert reception.dropped == 0
    assert reception.hello == Hello("6.6.1", 4, 99)


def test_what_the_kernel_says_is_bounded() -> None:
    reception = heard([line(f"kmsg 4 BUG {number} {'x' * 5_000}") for number in range(250)])
    assert len(reception.kernel_said) == 200
    assert reception.dropped == 0
    assert max(map(len, reception.kernel_said)) <= 1_000


def test_the_first_line_of_a_panic_is_kept_escaped_and_bounded() -> None:
    dies = "[    9.1] Kernel panic - not syncing: \x1b[2J"
    reception = heard([f"{dies}{'x' * 5_000}", dies.replace("9.1", "9.2")])
    assert reception.panic.startswith(r"[    9.1] Kernel panic - not syncing: \x1b[2Jxxx")
    assert len(reception.panic) <= 1_000
    assert heard([line("kmsg 4 Kernel panic - not syncing: x")]).panic == ""


def test_why_nothing_can_be_played_is_said() -> None:
    reception = heard([line("slow 0 no /dev/mem"), line("fatal no KVM")])
    assert (reception.not_slow, reception.fatal) == ("no /dev/mem", "no KVM")
    assert not reception.is_complete
