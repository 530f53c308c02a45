# SPDX-License-Identifier: GPL-2.0-only
"""Can each example in the help be pasted, and does it do what stands above it?"""

import shlex
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer

from stress.commands.cli import app
from stress.commands.examples import EXAMPLES
from stress.scenarios import SHIPPED
from vgic import BUGS, REVISIONS

Run = Callable[..., subprocess.CompletedProcess[str]]

LINES = sorted({line for examples in EXAMPLES.values() for _, line in examples})
NAMED = {"--bug": set(BUGS), "--revision": {*REVISIONS, "my_patch.py"}, "explore": set(SHIPPED)}
PATCH = """
from vgic import Reference


class MyKernel(Reference):
    def announce_pending(self, vcpu):
        self.kvm_make_request(0, vcpu)
        self.kvm_vcpu_kick(vcpu)
"""


def words_of(line: str) -> list[str]:
    """Return the words that the command gets in a line of a shell."""
    return shlex.split(line.partition("vgic-stress ")[2])


def commands() -> dict[str, Any]:
    """Return every command by its words, those of several commands too."""
    found: dict[str, Any] = {}
    left: dict[str, Any] = {"": typer.main.get_command(app)}
    while left:
        words, command = left.popitem()
        found[words] = command
        inside = getattr(command, "commands", {})
        left |= {f"{words} {name}".strip(): each for name, each in inside.items()}
    return found


def test_every_command_has_two_to_four() -> None:
    assert set(EXAMPLES) == set(commands())
    assert all(2 <= len(examples) <= 4 for examples in EXAMPLES.values())


@pytest.mark.parametrize("command", EXAMPLES)
def test_they_stand_in_its_help_each_in_a_line_however_narrow(here: Run, command: str) -> None:
    printed = here(*command.split(), "--help", COLUMNS="60").stdout
    _, _, examples = printed.partition("\n\n  Examples:\n")
    lines = examples.partition("\n\n")[0].splitlines()
    told = [text for why, line in EXAMPLES[command] for text in (f"    # {why}", f"    {line}")]
    assert lines == told
    assert max(map(len, lines)) <= 60
    for _, line in EXAMPLES[command]:
        words = words_of(line)
        assert words[: len(command.split())] == command.split()


@pytest.mark.parametrize("line", LINES)
def test_each_can_be_read_and_names_what_there_is(line: str) -> None:
    words = words_of(line)
    known = commands()
    name = max((each for each in known if f"{line} ".find(f"stress {each} ") > 0), key=len)
    rest = words[len(name.split()) :]
    known[name].make_context("vgic-stress", rest)  # raises what is wrong with an option
    for before, word in pairwise(words):
        assert word in NAMED.get(before, {word})


QUICK = [
    line
    for line in LINES
    if line.startswith(("vgic-stress list", "vgic-stress explore", "vgic-stress replay"))
    or line.endswith("--dry-run")
]


@pytest.mark.parametrize("line", QUICK)
def test_what_takes_a_moment_does_what_it_says(
    line: str, here: Run, a_token: str, tmp_path: Path, scenario_file: Callable[..., Path]
) -> None:
    (tmp_path / "token").write_text(f"{a_token}\n", "utf-8")
    (tmp_path / "my_patch.py").write_text(PATCH, "utf-8")
    scenario_file(file="my_scenarios.py")
    done = here(*words_of(line))
    fails = "replay" in line and "--revision" not in line
    assert done.returncode == (1 if fails else 0), done.stdout + done.stderr
    assert ("failed again" in done.stdout) is fails
