# SPDX-License-Identifier: GPL-2.0-only
"""Does every wrong use of the command end with 2 and a message that teaches, not a traceback?"""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["inject_while_eoicout"], "did you mean inject_while_eoicount?"),
        (["--strategy", "ptc"], "did you mean pct?"),
        (["--revision", "head_walk"], "did you mean head-walk?"),
        (["--bug", "no_slice"], "did you mean no_splice?"),
        (["--seed", "seven"], "--seed seven"),
        (["--seed", "-1"], "--seed -1"),
        (["--duration", "45"], "such as 45s, 1m30s, 8h or 2d"),
        (["--duration", "0s"], "more than nothing"),
        (["--check", "race"], "did you mean races?"),
        (["--jobs", "0"], "--jobs 0"),
        (["--jobs", "many"], "--jobs many"),
        (["--executions", "-5"], "--executions"),
        (["--executions", "many"], "--executions"),
        (["--no-such-option"], "--no-such-option"),
        (["--exectuions", "5"], "--executions"),
        (["--json", "missing/result.json"], "cannot be written"),
        (["--json", "."], "cannot be written"),
        (["--json", "-"], "name a file"),
        (["--bug", "trivial"], "there is no bug 'trivial' (`vgic-stress list bugs`"),
    ],
)
def test_a_wrong_word_is_2_and_told(here: Run, words: list[str], message: str) -> None:
    assert message in refused(here("run", *words))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("class K(Reference):\n    def vgic_prune_aplist(self, vcpu): pass", "vgic_prune_ap_list"),
        ("class K(Reference):\n    never_crosses = {'splitt'}", "did you mean split?"),
        ("class K(Reference):\n    def flush(self, vcpu): pass", "cannot be replaced"),
        ("class Other(Reference):\n    pass", "Other"),
        ("K = 7", "no class K"),
        ("raise RuntimeError('not today')", "line 2: RuntimeError: not today"),
        ("raise SystemExit(0)", "line 2: SystemExit: 0"),
        ("class K(:", "SyntaxError"),
    ],
)
def test_a_patch_that_cannot_be_used_is_2_and_told(
    here: Run, tmp_path: Path, source: str, message: str
) -> None:
    (tmp_path / "my_patch.py").write_text(f"from vgic import Reference\n{source}\n", "utf-8")
    assert message in refused(here("run", "--revision", "my_patch.py:K"))


def test_a_patch_that_is_not_there_is_2_and_told(here: Run) -> None:
    assert "absent.py" in refused(here("run", "--revision", "absent.py:MyKernel"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["rum"], "Did you mean 'run'?"),
        (["list", "bug"], "did you mean bugs?"),
        (["list"], "it takes scenarios, revisions, bugs, strategies, functions or windows"),
        (["replay"], "TOKEN"),
        (["replay", "vs1-x", "--view", "colums"], "did you mean columns?"),
    ],
)
def test_a_wrong_command_is_2_and_told(here: Run, words: list[str], message: str) -> None:
    assert message in refused(here(*words))


@pytest.mark.parametrize("revision", ["head_walk", "wrong.py"])
def test_a_process_of_its_own_says_what_is_said_here(
    vgic_stress: Run, here: Run, tmp_path: Path, revision: str
) -> None:
    (tmp_path / "wrong.py").write_text("raise RuntimeError('not today')\n", "utf-8")
    words = ("run", "--revision", revision)
    assert refused(vgic_stress(*words)) == refused(here(*words)) != ""
