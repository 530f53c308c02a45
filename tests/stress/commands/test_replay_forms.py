# SPDX-License-Identifier: GPL-2.0-only
"""Can a token be given as text, as a file, through a pipe, and as the printed line has it?"""

import os
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Patch = Callable[[str], str]


def run_as_printed(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Paste the command that a finding ends with into a shell."""
    command = line.partition("  replay: ")[2]
    scripts = sysconfig.get_path("scripts")
    return subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=os.environ
        | {"PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}", "PYTHONHASHSEED": "123"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def commands(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the lines that say how to replay a finding."""
    return [line for line in done.stdout.splitlines() if line.startswith("  replay: ")]


@pytest.mark.parametrize(
    "options",
    [
        ("--revision", "v1-posted"),
        ("--bug", "no_splice", "--bug", "eoicount_not_preserved"),
        ("--revision", "head-walk", "--strategy", "random-walk"),
    ],
)
def test_the_command_as_printed_fails_again_with_the_same_digest(
    here: Run, tmp_path: Path, options: tuple[str, ...]
) -> None:
    done = here("run", *options, "--seed", 7, "--executions", 300, "-x")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "finding 1: " in done.stdout
    assert done.stdout.splitlines()[-1].startswith("FAILURE")
    again = run_as_printed(commands(done)[0], tmp_path)
    assert again.returncode == 1, again.stdout + again.stderr
    assert "same digest" in again.stdout


def test_the_command_as_printed_finds_the_users_class(
    here: Run, tmp_path: Path, patch: Patch
) -> None:
    words = ("--revision", patch("pass"), "--bug", "no_splice", "--seed", 7)
    done = here("run", *words, "--executions", 300, "-x")
    assert done.returncode == 1, done.stdout + done.stderr
    again = run_as_printed(commands(done)[0], tmp_path)
    assert again.returncode == 1, again.stdout + again.stderr
    assert "same digest" in again.stdout


def test_every_finding_replays_as_printed(here: Run, tmp_path: Path) -> None:
    done = here("run", "--revision", "head-walk", "--seed", 7, "--executions", 100)
    lines = commands(done)
    assert lines
    for line in lines:
        again = run_as_printed(line, tmp_path)
        assert again.returncode == 1, again.stdout + again.stderr
        assert "same digest" in again.stdout


def test_a_token_is_read_from_a_file(here: Run, tmp_path: Path, a_token: str) -> None:
    (tmp_path / "found.token").write_text(f"\n{a_token}\n\n", "ascii")
    assert here("replay", "@found.token").returncode == 1


def test_a_token_is_read_from_standard_input(vgic_stress: Run, a_token: str) -> None:
    assert vgic_stress("replay", "-", stdin=f"{a_token}\n").returncode == 1


def test_a_token_broken_into_lines_by_a_mail_program_is_read(here: Run, a_token: str) -> None:
    lines = "\n".join(a_token[at : at + 72] for at in range(0, len(a_token), 72))
    assert here("replay", "-", stdin=lines).returncode == 1


@pytest.mark.parametrize("stdin", ["", "\n", "no token\n"])
def test_standard_input_that_holds_no_token_is_2(here: Run, stdin: str) -> None:
    done = here("replay", "-", stdin=stdin)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_file_that_is_no_text_is_2(here: Run, tmp_path: Path) -> None:
    (tmp_path / "picture").write_bytes(bytes(range(256)))
    done = here("replay", "@picture")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_replay_tells_who_did_what_and_with_verbose_every_step(here: Run, a_token: str) -> None:
    plain, verbose = here("replay", a_token), here("replay", a_token, "-v")
    assert "CPU 0: vcpu0" in plain.stdout
    assert len(verbose.stdout.splitlines()) > len(plain.stdout.splitlines())
    assert "same digest" in verbose.stdout
