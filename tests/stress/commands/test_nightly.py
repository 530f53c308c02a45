# SPDX-License-Identifier: GPL-2.0-only
"""Does `nightly` do what a user is told, from its first night to a full disk?"""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]
Start = Callable[..., subprocess.Popen[str]]

PATIENCE_S = 60
NIGHT = ("nightly", "handlers_held_open", "--revision", "head-walk", "--seed", 7, "--jobs", 2)
EXECUTIONS = ("--executions", 96)

MACHINES = {
    "night", "begun", "ended", "seconds", "version", "python", "platform", "commit", "resumed",
    "troubles",
}  # fmt: skip


def summaries(folder: Path) -> list[dict[str, Any]]:
    files = sorted((folder / "runs").glob("*/summary.json"))
    return [json.loads(file.read_text("utf-8")) for file in files]


def of_all_machines(summary: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in summary.items() if name not in MACHINES}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, run_in: Run) -> tuple[Path, Done]:
    """Return the folder of a night that found something, and what it said."""
    folder = tmp_path_factory.mktemp("nights")
    return folder, run_in(folder, *NIGHT, *EXECUTIONS, "-q")


def test_a_first_night_leaves_all_that_it_is_to_leave(first: tuple[Path, Done]) -> None:
    folder, done = first
    assert done.returncode == 1, done.stdout + done.stderr
    (night,) = (folder / "nights" / "runs").iterdir()
    assert {each.name for each in night.iterdir() if each.is_file()} == {
        "asked.json", "journal.jsonl", "junit.xml", "log.txt", "night.ktap", "summary.json",
        "summary.md",
    }  # fmt: skip
    (summary,) = summaries(folder / "nights")
    assert summary["targets"][0]["executions"] == 96
    assert summary["exit"] == 1
    assert len(summary["canaries"]) == 5
    assert f"finding {summary['found'][0]}" in (night / "log.txt").read_text("utf-8")
    assert done.stdout.splitlines()[-1].startswith("FAILURE: ")


def test_what_it_prints_to_be_replayed_fails_again(first: tuple[Path, Done], run_in: Run) -> None:
    folder, done = first
    (line, *_) = [line for line in done.stdout.splitlines() if "vgic-stress replay" in line]
    again = run_in(folder, *line.split()[1:])
    assert again.returncode == 1
    assert "same digest" in again.stdout


def test_the_next_night_says_what_is_not_new(first: tuple[Path, Done], run_in: Run) -> None:
    folder, _ = first
    done = run_in(folder, *NIGHT, "--executions", 24, "-q", "--fail-on", "new", "--resume")
    summary = summaries(folder / "nights")[-1]
    assert done.returncode == 4, done.stdout  # nothing new, and too few to say more
    assert set(summary["replayed"].values()) == {"fails"}
    assert "New" not in done.stdout
    assert "Ongoing" in done.stdout


def test_killed_at_some_moment_and_resumed_it_comes_to_the_same(
    first: tuple[Path, Done],
    start: Callable[..., subprocess.Popen[str]],
    tmp_path: Path,
    run_in: Run,
) -> None:
    for moment in ("sought", "leg"):
        process = start(*NIGHT, *EXECUTIONS, "-q", "--resume")
        deadline = time.monotonic() + PATIENCE_S
        journal = f'"kind":"{moment}"'
        while not any(
            journal in each.read_text("utf-8")
            for each in tmp_path.glob("nights/runs/*/journal.jsonl")
        ):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    done = run_in(tmp_path, *NIGHT, *EXECUTIONS, "-q", "--resume")
    (summary,) = summaries(tmp_path / "nights")
    whole = summaries(first[0] / "nights")[0]
    assert done.returncode == 1, done.stdout + done.stderr
    assert summary["resumed"] == 2
    assert of_all_machines(summary) == of_all_machines(whole)


def test_another_night_is_not_gone_on_with(start: Start, tmp_path: Path, here: Run) -> None:
    process = start(*NIGHT, "--executions", 100_000, "-q")
    deadline = time.monotonic() + PATIENCE_S
    while not list(tmp_path.glob("nights/runs/*/log.txt")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    refused = here(*NIGHT, *EXECUTIONS)
    assert refused.returncode == 2
    assert f"another night runs in it (process {process.pid} " in refused.stderr
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    changed = here(*NIGHT[:-4], "--seed", 8, "--resume", "--jobs", 1)
    assert changed.returncode == 2
    assert "--seed was 0x7 and is 0x8" in changed.stderr
    assert "Traceback" not in changed.stderr


def test_a_night_has_an_end(here: Run) -> None:
    done = here("nightly")
    assert done.returncode == 2
    assert "--duration" in done.stderr


def test_what_it_would_do_is_said_and_not_done(here: Run, tmp_path: Path) -> None:
    done = here(*NIGHT, "--duration", "8h", "--revision", "reference", "--dry-run")
    assert done.returncode == 0
    assert "1 scenario on 2 targets" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_to_say_what_would_be_done_and_to_go_on_are_two_things(here: Run, tmp_path: Path) -> None:
    done = here(*NIGHT, *EXECUTIONS, "--dry-run", "--resume")
    assert done.returncode == 2
    assert "leave out one of them" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("shard", ["0/2", "3/2", "1/5", "half", "1/0"])
def test_a_part_that_there_is_not_is_refused(here: Run, shard: str) -> None:
    done = here(*NIGHT, *EXECUTIONS, "--shard", shard)
    assert done.returncode == 2
    assert "--shard" in done.stderr


def test_two_patches_of_one_name_are_refused(here: Run, tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        source = "from vgic import Reference\nclass K(Reference):\n    pass\n"
        (tmp_path / name / "my.py").write_text(source)
    done = here("nightly", "--revision", "one/my.py", "--revision", "other/my.py", *EXECUTIONS)
    assert done.returncode == 2
    assert "two are called my.py:K" in done.stderr


def test_a_name_that_cannot_be_written_down_is_refused(here: Run, tmp_path: Path) -> None:
    done = here("nightly", "--revision", "my\nfile.py:K", *EXECUTIONS)
    assert done.returncode == 2
    assert "--revision my\\nfile.py:K" in done.stderr
    assert not (tmp_path / "nights" / "runs").exists() or not any(
        (tmp_path / "nights" / "runs").iterdir()
    )


def test_a_full_disk_ends_it_with_a_message_and_nothing_half_written(
    tmp_path: Path, run_in: Run
) -> None:
    def few_bytes_a_file() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, 12_000))

    full = subprocess.run(
        [sys.executable, "-m", "stress", *map(str, (*NIGHT, *EXECUTIONS, "-q"))],
        cwd=tmp_path,
        # Bytecode that is cut off like that would stay, and every later process die of it.
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        preexec_fn=few_bytes_a_file,
        timeout=PATIENCE_S,
        check=False,
    )
    assert full.returncode == 3, full.stdout + full.stderr
    assert "the night has stopped" in full.stderr
    assert "--resume" in full.stderr
    assert "Traceback" not in full.stderr
    done = run_in(tmp_path, "nightly", "--resume", "-q", "--jobs", 2)
    assert done.returncode == 1, done.stdout + done.stderr
    (summary,) = summaries(tmp_path / "nights")
    assert summary["targets"][0]["executions"] == 96
