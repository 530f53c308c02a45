# SPDX-License-Identifier: GPL-2.0-only
"""Two executions that take two locks each, and not in the same order: one finding, two tokens.

The patch takes its locks one way round on machines with an odd number of list registers, and the
other way round on the others. No execution fails by itself.
"""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
WORDS = ("inject_while_eoicount", "--revision", "mine.py", "--seed", 3, "--executions", 60)


@pytest.fixture
def crosswise(tmp_path: Path) -> Callable[[bool], None]:
    """Return what writes the patch, right or wrong."""

    def write(right: bool) -> None:
        (tmp_path / "mine.py").write_text(CROSSWISE.format(right=right), "utf-8")

    return write


def test_the_reverse_of_an_order_is_one_finding_with_a_token_for_each(
    vgic_stress: Run, result: Result, crosswise: Callable[[bool], None], tmp_path: Path
) -> None:
    crosswise(False)
    (finding,) = result(*WORDS)["findings"]
    assert finding["kind"] == "lock order"
    assert finding["signature"] == "lock order across executions in vgic_prune_ap_list on one, two"
    tokens = [finding["token"], *finding["with"]]
    assert len(tokens) == 2

    both = vgic_stress("replay", *tokens, "--revision", "mine.py")
    assert both.returncode == 1, both.stdout + both.stderr
    assert "the existing dependency chain is:" in both.stdout
    assert both.stdout.splitlines()[-1] == "failed again"
    for token in tokens:
        assert vgic_stress("replay", token, "--revision", "mine.py").returncode == 0

    (repro,) = tmp_path.rglob("test_repro.py")
    pytest_run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(repro)]
    assert subprocess.run(pytest_run, capture_output=True, check=False).returncode == 1
    crosswise(True)
    assert vgic_stress("replay", *tokens, "--revision", "mine.py").returncode == 0
    assert subprocess.run(pytest_run, capture_output=True, check=False).returncode == 0


def test_tokens_that_fail_alone_fail_together(vgic_stress: Run, result: Result) -> None:
    words = ("inject_while_eoicount", "--revision", "head-walk", "--executions", 60)
    (first, *_), (second, *_) = (result(*words, "--seed", seed)["findings"] for seed in (1, 2))
    tokens = (first["token"], second["token"])
    both = vgic_stress("replay", *tokens)
    assert both.returncode == 1, both.stdout + both.stderr
    for number in (1, 2):
        assert f"token {number} fails alone: I13 stuck active" in both.stdout
    assert vgic_stress("replay", *tokens, "--revision", "reference").returncode == 0


def test_the_witnesses_are_the_first_executions_whatever_the_jobs(
    result: Result, crosswise: Callable[[bool], None]
) -> None:
    crosswise(False)
    one, two = (result(*WORDS, "--jobs", jobs)["findings"] for jobs in (1, 2))
    assert one == two


def test_one_order_in_all_executions_is_none(
    result: Result, crosswise: Callable[[bool], None]
) -> None:
    crosswise(True)
    assert result(*WORDS)["findings"] == []


def test_the_command_as_printed_replays_both(
    vgic_stress: Run, crosswise: Callable[[bool], None]
) -> None:
    crosswise(False)
    done = vgic_stress("run", *WORDS, "-x")
    assert done.returncode == 1, done.stdout + done.stderr
    (command,) = re.findall(r"  replay: vgic-stress (.*)", done.stdout)
    assert vgic_stress(*command.split()).returncode == 1


def test_what_shows_one_execution_is_not_for_several(vgic_stress: Run) -> None:
    done = vgic_stress("replay", "vs1-x", "vs1-y", "--step")
    assert done.returncode == 2
