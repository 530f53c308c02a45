# SPDX-License-Identifier: GPL-2.0-only
"""Does what `run` prints say what it was, how it went, and how to see it again?"""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stress.executions.source import model_digest

Run = Callable[..., subprocess.CompletedProcess[str]]
SMALL = ("run", "inject_while_eoicount", "--seed", 7, "--executions", 30)
IDENTITY = ("head-walk+prune_active", "seed=0x7", f"model={model_digest()}")
OPTIONS = ("strategy=pct", "executions=40")


@pytest.fixture
def lines(vgic_stress: Run) -> list[str]:
    """Return what a small run with findings prints."""
    words = ("--revision", "head-walk", "--bug", "prune_active", "--strategy", "pct")
    small = ("run", "inject_while_eoicount", "--seed", 7, "--executions", 40)
    return vgic_stress(*small, *words).stdout.splitlines()


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


def test_too_few_executions_or_too_short_a_time_are_said_at_the_start(vgic_stress: Run) -> None:
    words = ("run", "one_interrupt", "--seed", 7, "--jobs", 1, "-q")
    few = vgic_stress(*words, "--executions", 30).stdout.splitlines()
    assert few[1] == "--executions 30 is too few for a verdict: it takes 600 at least"
    short = vgic_stress(*words, "--duration", "0.1s").stdout.splitlines()
    assert short[1].startswith("--duration may be too short for a verdict: it takes 600 executions")
    enough = vgic_stress(*words, "--executions", 600).stdout.splitlines()
    assert len(enough) == 2


def test_each_finding_is_numbered_with_count_first_index_and_command(lines: list[str]) -> None:
    numbers = [line.partition(":")[0] for line in lines if line.startswith("finding ")]
    assert numbers == [f"finding {number + 1}" for number in range(len(numbers))]
    text = "\n".join(lines)
    firsts = re.findall(
        r"first like this in execution \d+ of inject_while_eoicount under pct", text
    )
    assert len(firsts) == text.count("  replay: vgic-stress replay ") == len(numbers) > 0


def test_the_summary_names_windows_with_counts(vgic_stress: Run) -> None:
    assert re.search(r"^  overflow +\d+ ", vgic_stress(*SMALL).stdout, re.MULTILINE)


def test_a_seed_that_was_not_given_is_drawn_and_printed(vgic_stress: Run) -> None:
    words = ("run", "inject_while_eoicount", "--executions", 30, "--jobs", 1)
    seeds = set()
    for _ in range(2):
        output = vgic_stress(*words).stdout.splitlines()
        printed = {re.findall(r"seed=(0x[0-9a-f]+)", line)[0] for line in (output[0], output[-1])}
        assert len(printed) == 1
        seeds |= printed
    assert len(seeds) == 2


def test_the_printed_seed_repeats_the_run(vgic_stress: Run, result: Callable[..., Any]) -> None:
    first = result("--executions", 30)
    again = result("--executions", 30, "--seed", hex(first["seed"]))
    assert (again["steps"], again["windows"]) == (first["steps"], first["windows"])


def test_quiet_prints_little(vgic_stress: Run) -> None:
    quiet, loud = vgic_stress(*SMALL, "-q"), vgic_stress(*SMALL)
    assert quiet.returncode == loud.returncode
    assert quiet.stderr == ""
    assert len(quiet.stdout.splitlines()) <= 4 < len(loud.stdout.splitlines())
    assert quiet.stdout.splitlines()[-1] == loud.stdout.splitlines()[-1]


def test_quiet_still_tells_findings(vgic_stress: Run) -> None:
    words = ("--revision", "head-walk", "--seed", 7, "--executions", 40)
    assert "finding 1: " in vgic_stress("run", *words, "-q").stdout


def test_verbose_says_more_on_standard_error_only(vgic_stress: Run) -> None:
    verbose, plain = vgic_stress(*SMALL, "-v"), vgic_stress(*SMALL)
    assert plain.stderr == ""
    assert "canary" in verbose.stderr
    assert "worker" not in verbose.stderr
    assert "scenarios=inject_while_eoicount strategy=portfolio executions=30" in verbose.stderr
    assert verbose.stdout.splitlines()[-1] == plain.stdout.splitlines()[-1]


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


def test_a_run_that_finds_nothing_leaves_no_file_behind(vgic_stress: Run, tmp_path: Path) -> None:
    vgic_stress(*SMALL)
    assert not list(tmp_path.iterdir())


def test_a_log_has_no_escape_sequences(vgic_stress: Run) -> None:
    done = vgic_stress(*SMALL)
    assert "\x1b" not in done.stdout + done.stderr
