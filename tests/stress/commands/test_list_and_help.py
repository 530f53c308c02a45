# SPDX-License-Identifier: GPL-2.0-only
"""Can a newcomer find out what there is, and what the exit codes mean, from the command alone?"""

import json
import subprocess
from collections.abc import Callable, Collection

import pytest

from harness.search.strategies import DESCRIPTIONS
from stress.scenarios import SCENARIOS
from stress.system.exit_codes import table
from vgic import BUGS, BUGS_OF_POINTS, REVISIONS, TOPICS, WINDOWS
from vgic.composition import functions

Run = Callable[..., subprocess.CompletedProcess[str]]
KINDS: dict[str, Collection[str]] = {
    "scenarios": SCENARIOS,
    "revisions": REVISIONS,
    "bugs": BUGS | BUGS_OF_POINTS,
    "strategies": DESCRIPTIONS,
    "functions": functions(),
    "windows": WINDOWS,
}
LINES = ("scenarios", "revisions", "bugs", "strategies")
PARAGRAPHS = ("functions", "windows")


@pytest.mark.parametrize("kind", LINES)
def test_list_gives_each_name_a_line_and_a_summary(here: Run, kind: str) -> None:
    done = here("list", kind)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.partition("\n\n")[0].splitlines() if line[0] != " "]
    rows = {line.split()[0]: line.split()[1:] for line in lines}
    assert list(rows) == list(KINDS[kind])
    assert all(len(words) > 2 for words in rows.values())


@pytest.mark.parametrize("kind", PARAGRAPHS)
def test_list_gives_each_name_a_paragraph(here: Run, kind: str) -> None:
    for columns in (60, 120):
        done = here("list", kind, COLUMNS=str(columns))
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        assert [line for line in lines if line[0] != " "] == list(KINDS[kind])
        assert columns - 20 < max(map(len, lines)) <= columns


@pytest.mark.parametrize("kind", KINDS)
def test_list_json_is_for_programs(here: Run, kind: str) -> None:
    done = here("list", kind, "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert [row["name"] for row in rows] == list(KINDS[kind])
    assert all(row["summary"] for row in rows)


def test_listed_functions_say_what_they_model_and_their_locks(here: Run) -> None:
    printed = here("list", "functions").stdout
    assert "  models: vgic.c, vgic_prune_ap_list.\n" in printed
    assert "  locking: called with vcpu's ap_list_lock and irq.irq_lock held.\n" in printed
    assert "  decision: whether the count survives.\n" in printed


def test_listed_windows_say_where_they_have_a_floor(here: Run) -> None:
    assert "  floor in: overflow_nested_deeply, many_interrupts\n" in here("list", "windows").stdout
    rows = {row["name"]: row for row in json.loads(here("list", "windows", "--json").stdout)}
    assert rows["prune_recheck"]["floors"] == ["reroute_while_pruning", "messages_redirected"]


def test_listed_bugs_say_what_their_records_say(here: Run) -> None:
    printed = here("list", "bugs", COLUMNS="200").stdout
    assert (
        "\n    2026-03-07; since 3cfd59f81e0f; mended by 6da5e537f5af; found as I13 stuck active; "
        "the guest sees it; only in reference or v1-posted\n" in printed
    )
    assert "\n    found as lock nesting\n" in f"{printed}\n"
    rows = {row["name"]: row for row in json.loads(here("list", "bugs", "--json").stdout)}
    for name, bug in BUGS.items():
        row = rows[name]
        assert (row["summary"], row["story"]) == (bug.story.partition("\n")[0], bug.story)
        assert row["found_as"] == list(bug.found_as)
        assert row["applies_to"] == list(bug.revisions)
        for field in ("guest_sees", "date", "commit", "mended_by", "cve"):
            assert row[field] == getattr(bug, field)


def test_listed_revisions_say_what_their_records_say(here: Run) -> None:
    printed = here("list", "revisions", COLUMNS="200").stdout
    assert "\n    also called v1\n" in printed
    assert "\n    Linux 6.19; 2025-11-24; since 3cfd59f81e0f; mended by 6da5e537f5af; " in printed
    rows = json.loads(here("list", "revisions", "--json").stdout)
    for row, revision in zip(rows, REVISIONS.values(), strict=True):
        assert row["story"] == revision.story
        for field in ("aliases", "found_as"):
            assert row[field] == list(getattr(revision, field))
        for field in ("kernel", "date", "commit", "mended_by"):
            assert row[field] == getattr(revision, field)
        for field in ("models", "beyond"):
            assert [tuple(each.values()) for each in row[field]] == list(getattr(revision, field))
        assert row["does"] == {topic.name: topic.of(revision.cls) for topic in TOPICS}


def test_what_follows_a_scenario_in_brackets_is_explained(here: Run) -> None:
    printed = here("list", "scenarios").stdout
    for result in ("[Never]", "[Sometimes]"):
        assert f"\n{result}: " in printed


def test_listed_scenarios_say_whether_a_correct_kernel_can_fail(here: Run) -> None:
    rows = json.loads(here("list", "scenarios", "--json").stdout)
    assert {row["result"] for row in rows} <= {"Never", "Sometimes"}


def test_a_process_of_its_own_prints_what_is_printed_here(vgic_stress: Run, here: Run) -> None:
    for words in ("list bugs", "run -h", "list windows --json"):
        there = vgic_stress(*words.split())
        assert (there.returncode, there.stderr) == (0, "")
        assert there.stdout == here(*words.split()).stdout


@pytest.mark.parametrize("command", ["", "run", "replay", "shrink", "explore", "list"])
def test_h_is_help(here: Run, command: str) -> None:
    short, long = (here(*command.split(), word) for word in ("-h", "--help"))
    assert (short.returncode, short.stderr) == (0, "")
    assert short.stdout == long.stdout != ""


def test_help_is_as_wide_as_columns_says_and_has_no_color(here: Run) -> None:
    widths = []
    for columns in ("60", "120"):
        words = {"COLUMNS": columns, "NO_COLOR": "1", "FORCE_COLOR": "1"}
        printed = here("run", "-h", **words).stdout
        assert "\x1b" not in printed
        widths.append(max(map(len, printed.partition("Exit codes")[0].splitlines())))
    assert widths[0] <= 60 < widths[1] <= 120


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("run in", ["inject_before_entry", "inject_while_eoicount"]),
        ("run --revision he", ["head-walk"]),
        ("replay --bug no_s", ["no_splice"]),
        ("run --strategy p", ["pct", "portfolio", "pos"]),
        ("replay --view c", ["columns", "commit"]),
        ("list w", ["windows"]),
        ("explore one_r", ["one_reroute"]),
        ("sh", ["shrink"]),
    ],
)
def test_a_shell_completes_names(here: Run, words: str, completed: list[str]) -> None:
    line = f"vgic-stress {words}"
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1)}
    done = here(_VGIC_STRESS_COMPLETE="complete_bash", **asked)
    assert sorted(done.stdout.split()) == sorted(completed), done.stderr


def test_completion_can_be_installed(here: Run) -> None:
    printed = here("-h").stdout
    assert "--install-completion" in printed
    assert "--show-completion" in printed


@pytest.mark.parametrize("command", ["run", "replay"])
def test_help_contains_the_table_of_exit_codes(here: Run, command: str) -> None:
    done = here(command, "--help")
    assert done.returncode == 0, done.stderr
    printed = " ".join(done.stdout.split())
    for line in table().splitlines():
        assert " ".join(line.split()) in printed


def test_help_of_run_names_every_option(here: Run) -> None:
    printed = here("run", "--help").stdout
    for option in (
        "--executions", "--duration", "--seed", "--strategy", "--jobs", "-x", "--json", "-q", "-v",
        "--revision", "--bug", "--execution",
    ):  # fmt: skip
        assert option in printed


def test_without_words_there_is_help(here: Run) -> None:
    done = here()
    assert "replay" in done.stdout + done.stderr
    assert "run" in done.stdout + done.stderr
