# SPDX-License-Identifier: GPL-2.0-only
"""Does what `run` prints say what it was, how it went, and how to see it again?"""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from stress.executions.source import model_digest

Run = Callable[..., subprocess.CompletedProcess[str]]
SMALL = ("run", "inject_while_eoicount", "--seed", 7, "--executions", 30)
IDENTITY = ("head-walk+prune_active", "seed=0x7", f"model={model_digest()}")
OPTIONS = ("strategy=pct", "executions=40")


@pytest.fixture(scope="module")
def lines(run_in: Run, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return what a small run with findings prints."""
    words = ("--revision", "head-walk", "--bug", "prune_active", "--strategy", "pct")
    small = ("run", "inject_while_eoicount", "--seed", 7, "--executions", 40)
    return run_in(tmp_path_factory.mktemp("lines"), *small, *words).stdout.splitlines()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where a small run has found nothing."""
    return tmp_path_factory.mktemp("small")


@pytest.fixture(scope="module")
def small(run_in: Run, folder: Path) -> subprocess.CompletedProcess[str]:
    """Return what a small run prints that finds nothing."""
    return run_in(folder, *SMALL)


def test_first_and_last_line_say_what_was_run_in_a_hundred_columns(lines: list[str]) -> None:
    for line in (lines[0], lines[-1]):
        assert len(line) <= 100
        assert set(re.split(r"[ ()]", line)) >= {*IDENTITY}
    assert set(re.split(r"[ ()]", lines[0])) >= {*OPTIONS}
    assert lines[-1].startswith("FAILURE: ")


def test_a_token_stands_once_in_a_finding(lines: list[str]) -> None:
    tokens = re.findall(r"vs2-\S+", "\n".join(lines))
    assert tokens
    assert len(set(tokens)) == len(tokens)


def test_too_few_executions_or_too_short_a_time_are_said_at_the_start(here: Run) -> None:
    words = ("run", "one_interrupt", "--seed", 7, "--jobs", 1, "-q")
    few = here(*words, "--executions", 30).stdout.splitlines()
    assert few[1] == "--executions 30 is too few for a verdict: it takes 600 at least"
    short = here(*words, "--duration", "0.1s").stdout.splitlines()
    assert short[1].startswith("--duration may be too short for a verdict: it takes 600 executions")


def test_each_finding_is_numbered_with_count_first_index_and_command(lines: list[str]) -> None:
    numbers = [line.partition(":")[0] for line in lines if line.startswith("finding ")]
    assert numbers == [f"finding {number + 1}" for number in range(len(numbers))]
    text = "\n".join(lines)
    firsts = re.findall(
        r"first like this in execution \d+ of inject_while_eoicount under pct", text
    )
    assert len(firsts) == text.count("  replay: vgic-stress replay ") == len(numbers) > 0


def test_the_summary_names_windows_with_counts(small: subprocess.CompletedProcess[str]) -> None:
    assert re.search(r"^  overflow +\d+ ", small.stdout, re.MULTILINE)


def test_a_seed_that_was_not_given_is_drawn_and_printed_and_repeats_the_run(
    here: Run, tmp_path: Path
) -> None:
    words = ("run", "--executions", 30, "--json", "result.json")
    seeds, results = list[str](), []
    for seed in ((), (), "given"):
        output = here(*words, *(("--seed", seeds[0]) if seed else ())).stdout.splitlines()
        first, last = (re.findall(r"seed=(0x[0-9a-f]+)", output[line])[0] for line in (0, -1))
        assert first == last
        seeds.append(first)
        results.append(json.loads((tmp_path / "result.json").read_text("utf-8")))
    assert seeds[0] == seeds[2] != seeds[1]
    steps = [(result["steps"], result["windows"]) for result in results]
    assert steps[0] == steps[2] != steps[1]


def test_quiet_prints_little(here: Run, small: subprocess.CompletedProcess[str]) -> None:
    quiet = here(*SMALL, "-q")
    assert quiet.returncode == small.returncode
    assert quiet.stderr == ""
    assert len(quiet.stdout.splitlines()) <= 4 < len(small.stdout.splitlines())
    assert quiet.stdout.splitlines()[-1] == small.stdout.splitlines()[-1]


def test_quiet_still_tells_findings(here: Run) -> None:
    words = ("--revision", "head-walk", "--seed", 7, "--executions", 40)
    assert "finding 1: " in here("run", *words, "-q").stdout


def test_verbose_says_more_on_standard_error_only(
    vgic_stress: Run, small: subprocess.CompletedProcess[str]
) -> None:
    verbose = vgic_stress(*SMALL, "-v")
    assert small.stderr == ""
    assert "canary" in verbose.stderr
    assert "worker" not in verbose.stderr
    assert "scenarios=inject_while_eoicount strategy=portfolio executions=30" in verbose.stderr
    assert verbose.stdout.splitlines()[-1] == small.stdout.splitlines()[-1]


def test_very_verbose_says_who_does_what_and_what_was_found_before_it_is_reported(
    vgic_stress: Run, tmp_path: Path
) -> None:
    words = ("--revision", "head-walk", "--strategy", "pct", "--jobs", 2, "--executions", 60)
    done = vgic_stress(*SMALL, *words, "-vv", "--log-json")
    assert done.returncode == 1, done.stdout + done.stderr
    said = [json.loads(line) for line in done.stderr.splitlines()]
    jobs = {line["job"] for line in said if line["level"] == "DEBUG"}
    assert jobs == {"worker 1", "worker 2", "the fresh process"}
    batches = [line["message"] for line in said if "on head-walk, from" in line["message"]]
    of_the_run = [words for words in batches if words.startswith("batch ")]
    assert sorted(words.split()[1] for words in of_the_run) == ["0", "1", "2"]
    findings = [line["message"] for line in said if line["message"].startswith("finding: ")]
    for folder in re.findall("kept in (.*)", done.stdout):
        token = (tmp_path / folder / "token").read_text("utf-8").strip()
        (line,) = (line for line in findings if f"kept in {folder}, " in line)
        assert line.endswith((f"token {token}", f"token @{folder}/token"))
    assert findings
    assert said[-1]["message"].startswith("ended: ")


def test_a_run_that_finds_nothing_leaves_no_file_behind(
    small: subprocess.CompletedProcess[str], folder: Path
) -> None:
    assert small.returncode == 4
    assert not list(folder.iterdir())


def test_a_log_has_no_escape_sequences(
    lines: list[str], small: subprocess.CompletedProcess[str]
) -> None:
    assert "\x1b" not in "\n".join(lines) + small.stdout + small.stderr
