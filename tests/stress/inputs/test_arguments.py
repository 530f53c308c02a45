# SPDX-License-Identifier: GPL-2.0-only
"""Do the options mean what they say, and does a wrong one teach what would be right?"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from stress.inputs import arguments
from stress.inputs.arguments import BadArgument
from stress.scenarios import SCENARIOS
from vgic import JudgedBy


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("7", 7),
        ("0x2a", 42),
        ("0X2A", 42),
        ("18446744073709551615", 2**64 - 1),
        ("0xffffffffffffffff", 2**64 - 1),
    ],
)
def test_a_seed_is_decimal_or_hexadecimal(text: str, value: int) -> None:
    assert arguments.seed(text) == value


@pytest.mark.parametrize("text", ["", "seven", "-1", "2a", "0x", "1.5", "18446744073709551616"])
def test_a_bad_seed_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadArgument, match="such as 7 or 0x2a"):
        arguments.seed(text)


def test_without_a_seed_one_is_drawn() -> None:
    drawn = {arguments.seed(None) for _ in range(8)}
    assert len(drawn) > 1
    assert all(0 <= each < 2**64 for each in drawn)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("45s", 45),
        ("5m", 300),
        ("3h", 10_800),
        ("2d", 172_800),
        ("1.5m", 90),
        ("1m30s", 90),
        ("1h30m", 5_400),
        ("1d12h0m1s", 129_601),
    ],
)
def test_a_duration_has_a_unit(text: str, seconds: float) -> None:
    assert arguments.duration_s(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "45", "s", "5 m", "-5s", "3w", "5mm", "30m1h", "1h30", "infs", "\u0665m"]
)
def test_a_duration_without_a_known_unit_is_refused_with_examples(text: str) -> None:
    with pytest.raises(BadArgument, match="such as 45s, 1m30s, 8h or 2d"):
        arguments.duration_s(text)


@pytest.mark.parametrize("text", ["0s", "0h0m", "1001d", "9" * 400 + "d"])
def test_a_duration_of_nothing_or_for_ever_is_refused(text: str) -> None:
    with pytest.raises(BadArgument, match="more than nothing, and at most 1000d"):
        arguments.duration_s(text)


def test_no_duration_is_no_limit() -> None:
    assert arguments.duration_s(None) is None


def test_jobs_is_a_number_or_one_for_each_usable_core() -> None:
    assert arguments.jobs("3") == 3
    assert 1 <= arguments.jobs("auto") <= (os.cpu_count() or 1)


@pytest.mark.parametrize("text", ["", "0", "-1", "many", "2.5", "1000000"])
def test_a_bad_number_of_jobs_is_refused(text: str) -> None:
    with pytest.raises(BadArgument, match="--jobs"):
        arguments.jobs(text)


@pytest.mark.parametrize("name", ["mix", "random-walk", "pct", "burst"])
def test_strategies_are_known_by_name(name: str) -> None:
    assert arguments.strategy(name) == name


@pytest.mark.parametrize(
    ("wrong", "right"), [("ptc", "pct"), ("bursts", "burst"), ("random_walk", "random-walk")]
)
def test_a_wrong_strategy_gets_the_nearest_one_suggested(wrong: str, right: str) -> None:
    with pytest.raises(BadArgument, match=f"did you mean {right}"):
        arguments.strategy(wrong)


def test_no_scenario_named_means_all_of_them() -> None:
    assert arguments.scenarios([]) == list(SCENARIOS)


def test_a_scenario_named_twice_is_run_once() -> None:
    name = next(iter(SCENARIOS))
    assert arguments.scenarios([name, name]) == [name]


def test_a_wrong_scenario_gets_the_nearest_one_suggested() -> None:
    with pytest.raises(BadArgument, match="did you mean inject_while_eoicount"):
        arguments.scenarios(["inject_while_eoi"])


def test_races_are_checked_or_not_as_it_is_asked_for() -> None:
    assert arguments.races(["races"]) is True
    assert arguments.races(None, ["races"]) is False
    assert arguments.races(None) is None
    with pytest.raises(BadArgument, match="one or the other"):
        arguments.races(["races"], ["races"])


@pytest.mark.parametrize(
    ("read", "wrong", "right"),
    [
        (lambda name: arguments.races([name]), "race", "races"),
        (lambda name: arguments.races(None, [name]), "race", "races"),
        (arguments.view, "colums", "columns"),
        (arguments.kind, "bug", "bugs"),
    ],
)
def test_a_wrong_word_of_a_few_gets_them_all_and_the_nearest(
    read: Callable[[str], object], wrong: str, right: str
) -> None:
    with pytest.raises(BadArgument, match=rf"{wrong}: it takes .*{right}.*; did you mean {right}?"):
        read(wrong)


def test_a_file_that_can_be_written_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text("of the last run", "utf-8")
    assert arguments.writable(path, "--json") == path
    assert path.read_text("utf-8") == "of the last run"


@pytest.mark.parametrize("place", ["missing/result.json", "."])
def test_a_file_that_cannot_be_written_is_refused_before_the_run(
    tmp_path: Path, place: str
) -> None:
    with pytest.raises(BadArgument, match=r"--json .* cannot be written"):
        arguments.writable(tmp_path / place, "--json")


def test_no_file_asked_for_is_fine() -> None:
    assert arguments.writable(None, "--json") is None


def test_what_else_is_checked_is_what_was_asked_for() -> None:
    assert arguments.checking(["races", "kicks"]) == {"kicks": True}
    assert arguments.checking(["architecture"]) == {"kicks": False, "judge": JudgedBy.BOTH}
    assert arguments.checking(None) == {"kicks": False}
    assert arguments.more(["races"]) == {"races": True, "kicks": False}
