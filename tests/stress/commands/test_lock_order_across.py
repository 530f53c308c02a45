# SPDX-License-Identifier: GPL-2.0-only
"""Two executions that take two locks each, and not in the same order: one finding, two tokens.

The patch takes its locks one way round on machines with an odd number of list registers, and the
other way round on the others. No execution fails by itself.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from stress.executions.token import Token

Run = Callable[..., subprocess.CompletedProcess[str]]
Result = Callable[..., dict[str, Any]]

CROSSWISE = """
from harness import SpinLock
from vgic import Reference

class MyKernel(Reference):
    def __init__(self, kvm, watch):
        super().__init__(kvm, watch)
        one, two = (
            SpinLock(kvm.order, kvm.order.lock_class(name), "0") for name in ("one", "two")
        )
        self._locks = (one, two) if {right} or kvm.nr_lr % 2 else (two, one)

    def vgic_prune_ap_list(self, vcpu):
        first, second = self._locks
        with first, second:
            pass
        super().vgic_prune_ap_list(vcpu)
"""
WORDS = ("inject_while_eoicount", "--revision", "mine.py", "--seed", 9, "--executions", 60)


def write(folder: Path, *, right: bool) -> None:
    """Write the patch, right or wrong."""
    (folder / "mine.py").write_text(CROSSWISE.format(right=right), "utf-8")


@dataclass(frozen=True)
class Found:
    """Where the wrong patch was run, what was printed, and what was found."""

    folder: Path
    printed: str
    findings: list[dict[str, Any]]


@pytest.fixture(scope="module")
def found(run_in: Run, tmp_path_factory: pytest.TempPathFactory) -> Found:
    folder = tmp_path_factory.mktemp("crosswise")
    write(folder, right=False)
    done = run_in(folder, "run", *WORDS, "--json", "result.json")
    assert done.returncode == 1, done.stdout + done.stderr
    result = json.loads((folder / "result.json").read_text("utf-8"))
    return Found(folder, done.stdout, result["findings"])


def test_the_reverse_of_an_order_is_one_finding_with_a_token_for_each(
    found: Found, here: Run, tmp_path: Path
) -> None:
    write(tmp_path, right=False)
    (finding,) = found.findings
    assert finding["kind"] == "lock order"
    assert finding["signature"] == "lock order across executions in vgic_prune_ap_list on one, two"
    tokens = [finding["token"], *finding["with"]]
    assert len(tokens) == 2

    both = here("replay", *tokens, "--revision", "mine.py")
    assert both.returncode == 1, both.stdout + both.stderr
    assert "the existing dependency chain is:" in both.stdout
    assert both.stdout.splitlines()[-1] == "failed again"
    for token in tokens:
        assert here("replay", token, "--revision", "mine.py").returncode == 0

    (repro,) = found.folder.rglob("test_repro.py")
    pytest_run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(repro)]
    assert subprocess.run(pytest_run, capture_output=True, check=False).returncode == 1
    write(tmp_path, right=True)
    assert here("replay", *tokens, "--revision", "mine.py").returncode == 0
    write(found.folder, right=True)
    assert subprocess.run(pytest_run, capture_output=True, check=False).returncode == 0
    write(found.folder, right=False)


def test_tokens_that_fail_alone_fail_together(here: Run, a_token: str) -> None:
    tokens = (a_token, replace(Token.decode(a_token), scenario="another").encode())
    both = here("replay", *tokens)
    assert both.returncode == 1, both.stdout + both.stderr
    for number in (1, 2):
        assert f"token {number} fails alone: I13 stuck active" in both.stdout
    assert here("replay", *tokens, "--revision", "reference").returncode == 0


def test_the_witnesses_are_the_first_executions_whatever_the_jobs(
    result: Result, found: Found, tmp_path: Path
) -> None:
    write(tmp_path, right=False)
    assert result(*WORDS, "--jobs", 2)["findings"] == found.findings


def test_one_order_in_all_executions_is_none(result_here: Result, tmp_path: Path) -> None:
    write(tmp_path, right=True)
    assert result_here(*WORDS)["findings"] == []


def test_the_command_as_printed_replays_both(found: Found, run_in: Run) -> None:
    (command,) = re.findall(r"  replay: vgic-stress (.*)", found.printed)
    assert run_in(found.folder, *command.split()).returncode == 1


def test_what_shows_one_execution_is_not_for_several(here: Run) -> None:
    done = here("replay", "vs1-x", "vs1-y", "--step")
    assert done.returncode == 2
