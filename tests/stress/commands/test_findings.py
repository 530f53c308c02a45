# SPDX-License-Identifier: GPL-2.0-only
"""What nights have found, from the command line: listed, shown, marked, exported and merged."""

import json
import shlex
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stress.campaign import Plan
from stress.commands.cli import app
from stress.executions import Token, model_digest
from stress.history import History, Mark, read_findings
from stress.inputs import BadArgument
from stress.nights import held
from stress.system import Exit
from tests.fixtures.command import Done
from tests.fixtures.found import FOUND_ON
from tests.stress.history.records import (
    MODEL,
    TARGET,
    filed,
    finding,
    name_of,
    night,
    replayed,
    sighting,
)

Said = Callable[..., str]
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%d")
YESTERDAY = (datetime.now(UTC) - timedelta(days=2)).strftime("%Y-%m-%d")

OLD = finding(1, 2, replays=(replayed(2, "fails"),), trailers=["Fixes: 0123456789ab"])
FRESH = finding(3, identity="fresh", symptom="I16 missed kick")
GONE = finding(1, identity="gone", replays=(replayed(3, "passes"),))
IDS = {"known": OLD.id, "new": FRESH.id, "fixed": GONE.id}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The usual folder of nights, in the working directory."""
    monkeypatch.chdir(tmp_path)
    filed(tmp_path / "nights", night(1), night(2), night(3), OLD, FRESH, GONE)
    return Path("nights")


@pytest.fixture
def said(folder: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    """Return what runs a command in this process, and returns what it prints."""

    def run(*words: object, code: int = 0) -> str:
        assert app(list(map(str, words)), standalone_mode=False) in (code, code or None)
        return capsys.readouterr().out

    return run


def test_each_finding_has_a_line(said: Said) -> None:
    first, *lines = said("findings", "list").splitlines()
    assert first == "3 findings of 3 nights in nights; the last night is night-0003-aaaaaaaa"
    assert lines == [
        f"{FRESH.id}  new    3x  2026-01-04                linux-6.12  I16 missed kick",
        f"{OLD.id}  known  -   2026-01-02 to 2026-01-03  linux-6.12  I9 lost edge",
        f"{GONE.id}  fixed  -   2026-01-02                linux-6.12  I9 lost edge",
    ]


@pytest.mark.parametrize("state", IDS)
def test_those_in_one_state(said: Said, state: str) -> None:
    _, line = said("findings", "list", "--state", state).splitlines()
    assert line.startswith(IDS[state])


def test_none_in_a_state_is_said(said: Said) -> None:
    assert "none of them is regressed" in said("findings", "list", "--state", "regressed")
    with pytest.raises(BadArgument, match="did you mean known"):
        said("findings", "list", "--state", "knwon")


def test_for_programs(said: Said) -> None:
    listed = json.loads(said("findings", "list", "nights", "--json", "--state", "new"))
    assert listed["folder"] == "nights"
    (only,) = listed["findings"]
    assert (only["id"], only["state"], only["last_night"]) == (FRESH.id, "new", 3)


def test_parts_of_the_last_night_count_together(said: Said, folder: Path) -> None:
    seen = sighting(4, "a"), sighting(4, "b", count=4)
    parts = [night(4, "a", shard=(1, 2)), night(4, "b", shard=(2, 2))]
    filed(folder, *parts, finding(*seen, identity="in both"))
    line = said("findings", "list", "--state", "new").splitlines()[1]
    assert "  7x  " in line


def test_a_finding_is_shown_whole(said: Said, folder: Path) -> None:
    shown = said("findings", "show", OLD.id[:6])
    for text in (
        f"finding {OLD.id} in nights: known",
        "it is gone",
        "mended by: vgic_queue_irq_unlock",
        f"fails on: {TARGET}",
        "Fixes: 0123456789ab",
        "states: new in night-0001-aaaaaaaa, known in night-0002-aaaaaaaa",
        "seen in 2 of 3 nights:",
        "many_interrupts --seed 0x7 --execution 11 --check races (pct, model=0123456789ab)",
        "night-0002-aaaaaaaa  2026-01-03T22:00:00+00:00  fails",
        "replay: vgic-stress replay vs2-simplest",
        f"in {folder}/findings/finding-{OLD.id}",
    ):
        assert text in shown
    assert "passes on" not in shown


@pytest.mark.parametrize(("points", "said_of"), [("standard", ""), ("all", " --points all")])
def test_the_way_back_to_an_execution_has_the_options_of_its_night(
    said: Said, tmp_path: Path, points: str, said_of: str
) -> None:
    seen = finding(5, identity="seen")
    filed(tmp_path / "other", night(5, points=points), seen)
    shown = said("findings", "show", seen.id, "other")
    assert f"--seed 0x7 --execution 15 --check races{said_of} (pct" in shown


def test_the_states_of_what_came_back() -> None:
    from stress.history import states_over

    nights = [night(number) for number in range(1, 6)]
    back = finding(2, 5, replays=(replayed(3, "passes"), replayed(4, "passes")))
    assert states_over(back, nights) == [
        (name_of(2), "new"),
        (name_of(3), "fixed"),
        (name_of(5), "regressed"),
    ]
    assert states_over(finding(), nights) == []


def test_an_id_may_be_short_but_not_ambiguous(said: Said, folder: Path) -> None:
    with History.open(folder) as history:
        for number, id_ in enumerate(("abc000000000", "abc111111111")):
            record = finding(1, id=id_, identity=f"{number}")
            history.file(record, folder / "findings" / id_)
    assert "abc000000000" in said("findings", "show", "ABC0")
    with pytest.raises(BadArgument, match="2 findings begin with 'abc': abc000000000, abc1"):
        said("findings", "show", "abc")
    for nothing in ("zzz", ""):
        with pytest.raises(BadArgument, match="no finding in nights has an id that begins with"):
            said("findings", "show", nothing)


def test_a_mark_is_said_and_taken_back(said: Said) -> None:
    id_ = FRESH.id
    done = said(
        "findings", "mark", id_, "--known", "--reason", "r\u00e9sum\u00e9", "--until", TOMORROW
    )
    assert done.strip().endswith(f"known until {TOMORROW}")
    assert "known" in said("findings", "list").splitlines()[1]
    assert f"marked known until {TOMORROW}: r\u00e9sum\u00e9" in said("findings", "show", id_)
    assert "invalid for good" in said("findings", "mark", id_, "--invalid", "--reason", "no bug")
    assert "the mark is gone" in said("findings", "mark", id_, "--clear")
    assert "no mark was there" in said("findings", "mark", id_, "--clear")
    assert "  new  " in said("findings", "list")


def test_a_mark_that_has_expired_is_shown_as_such(said: Said, folder: Path) -> None:
    with History.open(folder) as history:
        history.mark(FRESH.id, Mark("known", "noise", YESTERDAY, "2026-01-01T00:00:00Z"))
    shown = said("findings", "show", FRESH.id)
    assert f"nights: new\n  marked known until {YESTERDAY}, which has passed: noise" in shown


@pytest.mark.parametrize(
    ("words", "said_of_it"),
    [
        (["--known"], "--known takes --reason TEXT"),
        (["--invalid", "--reason", " "], "--invalid takes --reason TEXT"),
        (["--known", "--reason", "two\nlines"], "one line"),
        (["--known", "--reason", "x" * 1001], "at most 1000 characters"),
        (["--reason", "why"], "takes one of --known, --invalid and --clear"),
        (["--known", "--clear", "--reason", "why"], "takes one of --known, --invalid and --clear"),
        (["--known", "--reason", "why", "--until", YESTERDAY], "that day has passed"),
        (["--known", "--reason", "why", "--until", "2027-13-01"], "a day, such as 2027-01-31"),
        (["--known", "--reason", "why", "--until", "20270101"], "a day, such as 2027-01-31"),
        (["--clear", "--until", TOMORROW], "--clear takes it back at once"),
    ],
)
def test_what_makes_no_mark(said: Said, folder: Path, words: list[str], said_of_it: str) -> None:
    with pytest.raises(BadArgument, match=said_of_it):
        said("findings", "mark", FRESH.id, *words)
    assert list(folder.rglob("mark.json")) == []


def test_all_of_it_is_exported(said: Said, tmp_path: Path) -> None:
    assert said("findings", "export", "-o", "all.json").startswith("3 findings of 3 nights in")
    exported = json.loads((tmp_path / "all.json").read_text("utf-8"))
    assert {each["record"]["id"]: each["state"] for each in exported["findings"]} == {
        id_: state for state, id_ in IDS.items()
    }
    assert [each["night"] for each in exported["nights"]] == [name_of(each) for each in (1, 2, 3)]
    with pytest.raises(BadArgument, match="takes -o FILE"):
        said("findings", "export")
    with pytest.raises(BadArgument, match="cannot be written"):
        said("findings", "export", "-o", "no/such/folder.json")


def test_folders_are_merged(said: Said, tmp_path: Path) -> None:
    other = filed(tmp_path / "other", night(3, "b"), finding(sighting(3, "b")))
    done = said("findings", "merge", "nights", other, "--into", "all")
    assert "into all: 4 nights and 3 findings added, more known of 1" in done
    assert "0 nights and 0 findings added" in said("findings", "merge", "nights", "--into", "all")
    assert len(read_findings(tmp_path / "all", print)[OLD.id].record.sightings) == 3
    with pytest.raises(BadArgument, match="takes --into DIR"):
        said("findings", "merge", "nights")
    with pytest.raises(BadArgument, match="there is no such folder"):
        said("findings", "merge", "elsewhere", "--into", "all")


def test_nothing_is_merged_into_where_a_night_runs(said: Said, tmp_path: Path) -> None:
    with held(tmp_path / "all"), pytest.raises(BadArgument, match="--into all: another night"):
        said("findings", "merge", "nights", "--into", "all")
    (tmp_path / "file").touch()
    with pytest.raises(BadArgument, match="--into file: there is a file"):
        said("findings", "merge", "nights", "--into", "file")


@pytest.mark.parametrize("command", ["list", "show 00", "mark 00 --clear", "export -o all.json"])
def test_a_folder_without_nights_stays_as_it_is(said: Said, tmp_path: Path, command: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    name, *words = command.split()
    first = words[:1] if name in ("show", "mark") else []
    for folder, why in (
        ("empty", "no night has left anything"),
        ("none", "no such folder"),
        ("file", "is no folder"),
    ):
        with pytest.raises(BadArgument, match=why):
            said("findings", name, *first, folder, *words[len(first) :])
    assert list((tmp_path / "empty").iterdir()) == []
    assert not (tmp_path / "none").exists()


def test_to_look_changes_nothing(said: Said, folder: Path) -> None:
    (folder / "history.sqlite").unlink()
    before = sorted(folder.rglob("*"))
    said("findings", "list")
    said("findings", "show", OLD.id)
    assert sorted(folder.rglob("*")) == before


def test_what_is_damaged_is_said_beside_the_rest(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = folder / "findings" / "evil\x1b[31m"
    place.mkdir()
    (place / "finding.json").write_text('{"id": "\\u001b[2J"}')
    app(["findings", "list"], standalone_mode=False)
    printed = capsys.readouterr()
    assert "3 findings of 3 nights" in printed.out
    (complaint,) = printed.err.splitlines()
    assert "cannot be used" in complaint
    assert "\x1b" not in printed.out + printed.err


def test_the_seed_of_another_model_is_looked_up(said: Said) -> None:
    run = "run", "--seed", "7", "--model", MODEL, "--execution"
    first, found, command = said(*run, 12).splitlines()
    assert first == (
        f"a seed of model={MODEL} means nothing to this one, model={model_digest()}; "
        "what nights have stored of it is in nights"
    )
    assert found == (
        f"execution 12 of many_interrupts in {name_of(2)}, on {TARGET}: I9 lost edge "
        f"(finding {OLD.id})"
    )
    assert command == "  vgic-stress replay vs2-found-2a"
    assert len(said(*run, 11, "many_interrupts").splitlines()) == 5
    assert "nothing is stored of execution 99 with seed=0x7" in said(*run, 99, code=4)
    assert "of one_reroute with seed" in said(*run, 12, "one_reroute", code=4)
    assert "nothing is stored" in said("run", "--seed", "8", *run[3:], 12, code=4)


@pytest.mark.parametrize(
    ("words", "said_of_it"),
    [
        (["--model", "new", "--seed", "7", "--execution", "1"], "12 hexadecimal digits"),
        (["--model", MODEL, "--execution", "1"], "name --seed and --execution"),
        (["--model", MODEL, "--seed", "7"], "name --seed and --execution"),
        (
            ["--model", MODEL, "--seed", "7", "--execution", "1", "--history", "elsewhere"],
            "--history elsewhere: there is no such folder",
        ),
    ],
)
def test_what_cannot_be_looked_up(said: Said, words: list[str], said_of_it: str) -> None:
    with pytest.raises(BadArgument, match=said_of_it):
        said("run", *words)


def test_the_seed_of_this_model_runs(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    plans: list[Plan] = []

    def noted(plan: Plan, *_: object, **__: object) -> Exit:
        plans.append(plan)
        return Exit.CLEAN

    monkeypatch.setattr("stress.commands.run.run", noted)
    words = "--model", model_digest(), "--seed", "7", "--execution", "1", "one_reroute"
    assert said("run", *words) == ""
    assert [(plan.seed, plan.execution) for plan in plans] == [(7, 1)]


def test_the_command_that_is_printed_replays(
    find: Callable[..., tuple[Token, int]], tmp_path: Path, vgic_stress: Callable[..., Done]
) -> None:
    token, _ = find(*FOUND_ON["no_splice"])
    seen = sighting(1, token=token.encode(), scenario=token.scenario)
    filed(tmp_path / "nights", night(1), finding(seen))
    asked = vgic_stress("run", "--seed", "7", "--execution", "11", "--model", MODEL)
    assert asked.returncode == 0
    replay = shlex.split(asked.stdout.splitlines()[-1])
    assert vgic_stress(*replay[1:]).returncode == 1
