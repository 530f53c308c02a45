# SPDX-License-Identifier: GPL-2.0-only
"""Do the printed lines carry what a reader needs to tell, repeat and replay a campaign?"""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness import Failure
from stress.campaign import Finding, Plan, Result
from stress.exits import Exit
from stress.report import finding_text, headline, json_object, last_line, replay_command
from stress.source import model_digest
from stress.subject import Subject
from stress.token import PRINTED_MAX
from stress.work import Example, Fact

MakePlan = Callable[..., Plan]
SHORT = "vs1-" + "a" * 100
LONG = "vs1-" + "a" * PRINTED_MAX


def finding_with(token: str) -> Finding:
    failure = Failure("I13 lost", "spi 33 is not active", ("f",), details=("one", "two"))
    return Finding("I13 lost in f", "scenario", 17, "pct", Example(failure, token, 3), count=4)


def file_of(command: str) -> Path:
    return Path(command.rpartition("@")[2])


def test_a_short_token_is_printed(tmp_path: Path) -> None:
    command = replay_command(finding_with(SHORT), Subject(), tmp_path)
    assert command == f"vgic-stress replay {SHORT}"
    assert not list(tmp_path.iterdir())


def test_a_token_longer_than_two_kilobytes_goes_into_a_file(tmp_path: Path) -> None:
    assert PRINTED_MAX == 2048
    command = replay_command(finding_with(LONG), Subject(), tmp_path / "new")
    assert command.startswith("vgic-stress replay @")
    assert LONG not in command
    assert file_of(command).read_text("ascii").strip() == LONG


def test_the_same_token_is_kept_once(tmp_path: Path) -> None:
    commands = {replay_command(finding_with(LONG), Subject(), tmp_path) for _ in range(3)}
    assert len(commands) == len(list(tmp_path.iterdir())) == 1


def test_another_sessions_file_of_that_name_is_not_written_over(tmp_path: Path) -> None:
    path = file_of(replay_command(finding_with(LONG), Subject(), tmp_path))
    path.write_text("what another session found\n", "ascii")
    other = file_of(replay_command(finding_with(LONG), Subject(), tmp_path))
    assert other != path
    assert path.read_text("ascii") == "what another session found\n"
    assert other.read_text("ascii").strip() == LONG


def test_a_finding_is_not_lost_where_no_file_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder", "utf-8")
    assert LONG in replay_command(finding_with(LONG), Subject(), tmp_path / "taken")


def test_the_command_names_the_users_class_and_bugs_a_token_does_not_carry(tmp_path: Path) -> None:
    subject = Subject("my patch.py:MyKernel", ("no_splice",))
    command = replay_command(finding_with(SHORT), subject, tmp_path)
    assert command.endswith("--revision 'my patch.py:MyKernel' --bug no_splice")


def test_the_headline_carries_seed_parameters_and_model(plan: MakePlan) -> None:
    line = headline(
        plan(subject=Subject("head-walk", ("no_splice",)), seed=42, executions=5, duration_s=90.0),
        jobs=2,
    )
    for word in (
        "seed=0x2a",
        "revision=head-walk",
        "bugs=no_splice",
        "scenarios=inject_while_eoicount",
        "strategy=mix",
        "executions=5",
        "duration=90s",
        f"model={model_digest()}",
    ):
        assert word in line.split()


def test_the_headline_says_which_execution_was_asked_for(plan: MakePlan) -> None:
    assert "execution=17" in headline(plan(execution=17), 1).split()


@pytest.mark.parametrize("code", [0, 1, 3, 4, 130])
def test_the_last_line_says_success_or_failure_and_all_of_the_headline(
    plan: MakePlan, code: int
) -> None:
    line = last_line(Exit(code), plan(), 2, Result(), ["none selected"], "vgic-stress replay T")
    assert line.startswith("SUCCESS" if code == 0 else "FAILURE")
    assert headline(plan(), 2) in line
    assert line.endswith("vgic-stress replay T")
    assert "\n" not in line


def test_a_finding_is_told_with_story_first_index_count_and_command() -> None:
    text = finding_text(1, finding_with(SHORT), f"vgic-stress replay {SHORT}")
    for words in ("I13 lost in f", "spi 33 is not active", "one", "two", "execution 17", "4 times"):
        assert words in text
    assert f"vgic-stress replay {SHORT}" in text


def test_json_has_exactly_the_promised_keys(plan: MakePlan, fact: Callable[..., Fact]) -> None:
    result = Result()
    failure = Failure("I13 lost", "spi 33 is not active", ("f",))
    failed = fact(index=9, steps=40, windows=frozenset({"overflow"}), signature="I13 lost in f")
    result.add(failed, {"I13 lost in f": Example(failure, SHORT, 3)})
    value = json_object(plan(subject=Subject("head-walk", ("no_splice",)), seed=42), result)
    seconds = value.pop("seconds")
    assert isinstance(seconds, float)
    assert value == {
        "seed": 42,
        "revision": "head-walk",
        "bugs": ["no_splice"],
        "strategy": "mix",
        "executions": 1,
        "steps": 40,
        "windows": {"overflow": 1},
        "findings": [
            {
                "signature": "I13 lost in f",
                "kind": "I13 lost",
                "scenario": "inject_while_eoicount",
                "execution": 9,
                "count": 1,
                "token": SHORT,
            }
        ],
    }
