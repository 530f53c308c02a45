# SPDX-License-Identifier: GPL-2.0-only
"""Does `--points all` find what only it can, and does a token of it replay without being told?"""

import subprocess
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Result = Callable[..., dict[str, Any]]

BUG = ("one_reroute", "--bug", "canary_of_points")
SEARCH = (*BUG, "--strategy", "random-walk", "--seed", 7, "--executions", 100)


def test_a_target_read_after_an_unlock_is_found_shrunk_and_replayed(
    here: Run, result_here: Result
) -> None:
    found = result_here(*SEARCH, "--points", "all", "-x")
    assert found["points"] == "all"
    (finding,) = found["findings"]
    assert finding["signature"].startswith("I16 arrival unannounced")
    replay = here("replay", finding["token"])
    assert replay.returncode == 1, replay.stdout + replay.stderr
    assert "(same digest)" in replay.stdout
    assert "reads target_vcpu[spi 32]" in replay.stdout
    right = here("replay", finding["token"], "--revision", "reference")
    assert right.returncode == 0, right.stdout + right.stderr
    shrunk = here("shrink", finding["original"])
    assert shrunk.returncode == 1, shrunk.stdout + shrunk.stderr
    assert "vs3-" in shrunk.stdout.splitlines()[-1]


def test_it_is_not_found_where_nothing_is_said(result_here: Result) -> None:
    found = result_here(*SEARCH)
    assert (found["points"], found["findings"]) == ("standard", [])


@pytest.mark.parametrize(("points", "code"), [("all", 1), ("standard", 0)])
def test_exploring_stops_at_plain_accesses_if_it_is_asked_to(
    here: Run, points: str, code: int
) -> None:
    bug = ("one_reroute", "--bug", "announce_rereads_target")
    done = here("explore", *bug, "--points", points, "--preemptions", 1)
    assert done.returncode == code, done.stdout + done.stderr
    assert ("I16 arrival unannounced" in done.stdout) is (points == "all")


@pytest.mark.parametrize("words", [("run",), ("nightly",)])
def test_points_that_are_not_there_are_a_usage_error(here: Run, words: tuple[str, ...]) -> None:
    done = here(*words, "--points", "some")
    assert done.returncode == 2
    assert "--points some: it takes standard or all" in done.stderr


def test_a_replay_does_not_ask_where_to_interleave(here: Run) -> None:
    """The token says it, and otherwise it would be another execution."""
    done = here("replay", "vs3-x", "--points", "standard")
    assert done.returncode == 2
    assert "--points" in done.stderr
