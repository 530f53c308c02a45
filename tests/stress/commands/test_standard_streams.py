# SPDX-License-Identifier: GPL-2.0-only
"""Does a command that lacks a standard stream, or loses one, do what it was told all the same?"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Patch = Callable[[str], str]
ALL_CLOSED = "0<&- 1>&- 2>&-"
FULL = ">/dev/full 2>/dev/full"
COMMANDS = {
    "list bugs": 0,
    "--version": 0,
    "run --help": 0,
    "rum": 2,
    "run one_disable --execution 3 --seed 7 --jobs 1 -v": 0,
}
LIST_DESCRIPTORS = """
import os

for number in range(3):
    open(f'mark{number}', 'w').write(os.readlink(f'/proc/self/fd/{number}'))
"""


def shell(command: str, redirections: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a shell does that redirects its standard streams."""
    return subprocess.run(
        ["sh", "-c", f"exec {sys.executable} -m stress {command} {redirections}"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("redirections", [ALL_CLOSED, FULL])
@pytest.mark.parametrize("command", COMMANDS)
def test_closed_or_full_streams_change_no_exit_code(
    tmp_path: Path, command: str, redirections: str
) -> None:
    assert shell(command, redirections, tmp_path).returncode == COMMANDS[command]


@pytest.mark.parametrize("redirection", ["0<&-", "1>&-", "2>&-", ">/dev/full"])
@pytest.mark.parametrize("command", ["list bugs", "rum"])
def test_one_of_them_alone_costs_no_word_of_the_others(
    tmp_path: Path, command: str, redirection: str
) -> None:
    whole, done = shell(command, "", tmp_path), shell(command, redirection, tmp_path)
    assert done.returncode == COMMANDS[command]
    assert done.stdout == ("" if redirection[0] in "1>" else whole.stdout)
    assert done.stderr == ("" if redirection[0] == "2" else whole.stderr)


def test_a_reader_that_has_gone_changes_no_exit_code(tmp_path: Path) -> None:
    for command in ("list functions", "run -h"):
        process = subprocess.Popen(
            [sys.executable, "-m", "stress", *command.split()],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.wait(60) == 0
        assert process.stderr.read() == ""
        process.stderr.close()


def test_no_file_takes_the_place_of_a_closed_stream(tmp_path: Path) -> None:
    """A patch sees the descriptors as they are in this process."""
    source = f"from vgic import Reference\n{LIST_DESCRIPTORS}\nclass K(Reference):\n"
    source += "    def takes_lr(self, vcpu, irq):\n        return super().takes_lr(vcpu, irq)\n"
    (tmp_path / "patch.py").write_text(source, "utf-8")
    words = "run --revision patch.py:K --execution 3 --seed 7 --jobs 1 --json result.json"
    done = shell(words, ALL_CLOSED, tmp_path)
    assert done.returncode == 0
    assert {(tmp_path / f"mark{number}").read_text() for number in range(3)} == {os.devnull}
    assert (tmp_path / "result.json").read_text("utf-8").startswith("{")


def test_stepping_needs_an_open_standard_input(tmp_path: Path, a_token: str) -> None:
    done = shell(f"replay {a_token} --step", "0<&-", tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "commands are to come from standard input, and that is closed" in done.stderr


def test_stepping_says_that_the_commands_have_ended(vgic_stress: Run, a_token: str) -> None:
    done = vgic_stress("replay", a_token, "--step", stdin="n\n")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "\nthe commands have ended here\n" in done.stdout
    assert "failed again: " in done.stdout


def test_what_is_typed_may_be_no_text(tmp_path: Path, a_token: str) -> None:
    for command, code in ((f"replay {a_token} --step", 1), ("replay -", 2)):
        done = subprocess.run(
            [sys.executable, "-m", "stress", *command.split()],
            cwd=tmp_path,
            input=b"\xff\xfe\n",
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == code
        assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("redirection", ["0<&-", "0>written"])
def test_a_token_that_cannot_be_read_is_2_and_told(tmp_path: Path, redirection: str) -> None:
    done = shell("replay -", redirection, tmp_path)
    assert done.returncode == 2
    assert "the token is to come from standard input, and that" in done.stderr
