# SPDX-License-Identifier: GPL-2.0-only
"""Can users test their own change: a class of their own file that overrides kernel functions?"""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Result = Callable[..., dict[str, Any]]
Patch = Callable[[str], str]

WALKS_FROM_THE_HEAD = """
from vgic import Reference

class MyKernel(Reference):
    def split_ap_list(self, vcpu, last):
        pass

    def eoicount_candidates(self, vcpu):
        return vcpu.vgic_cpu.ap_list_head

class MyGoodKernel(Reference):
    def still_to_queue(self, irq, vcpu):
        return super().still_to_queue(irq, vcpu)
"""

NO_RACES = ("--no-check", "races")
"""To look for data races takes most of the time; one test here does."""


def test_a_change_that_is_right_is_found_clean(here: Run, patch: Patch) -> None:
    done = here(
        "run",
        "inject_while_eoicount",
        "--revision",
        patch("pass"),
        "--seed",
        7,
        "--executions",
        600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " my_patch.py:MyKernel (" in done.stdout.splitlines()[0]


def test_a_change_that_is_wrong_is_found(result_here: Result, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(WALKS_FROM_THE_HEAD, "utf-8")
    words = ("inject_while_eoicount", "--revision", "mine.py:MyKernel", "--shrink", 0)
    found = result_here(*words, "--seed", 7, "--executions", 200)
    # It walks a list without its lock, too: where one method is to blame for both they are one.
    assert {
        each["kind"]
        for finding in found["findings"]
        for each in (finding, *finding["also_seen_as"])
    } & {"I13 stuck active", "I13 active state lost"}


def test_of_two_classes_the_named_one_is_tested(here: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(WALKS_FROM_THE_HEAD, "utf-8")
    words = ("inject_while_eoicount", "--seed", 7, "--executions", 600, *NO_RACES)
    good = here("run", "--revision", "mine.py:MyGoodKernel", *words)
    assert good.returncode == 0, good.stdout + good.stderr
    assert here("run", "--revision", "mine.py", *words).returncode == 2


def test_the_file_alone_is_enough_if_it_has_one_class(vgic_stress: Run, patch: Patch) -> None:
    patch("pass")
    done = vgic_stress("run", "--revision", "my_patch.py", "--seed", 7, "--execution", 0)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_bug_goes_into_the_users_class(result_here: Result, patch: Patch) -> None:
    words = ("--revision", patch("pass"), "--bug", "eoicount_not_preserved", "--shrink", 0)
    found = result_here(
        "inject_while_eoicount", *words, "--seed", 7, "--executions", 200, *NO_RACES
    )
    assert found["findings"]
    assert found["bugs"] == ["eoicount_not_preserved"]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("raise ValueError('not like this')", "ValueError: not like this"),
        ("vcpu.no_such_field", "no_such_field"),
        ("raise SystemExit(0)", "SystemExit"),
        ("assert False, 'never here'", "never here"),
    ],
)
def test_an_exception_in_a_users_function_is_a_finding(
    vgic_stress: Run, tmp_path: Path, patch: Patch, statement: str, words: str
) -> None:
    asked = ("--revision", patch(statement), "--seed", 7, "--executions", 5, *NO_RACES)
    done = vgic_stress("run", *asked, "--json", "result.json")
    assert done.returncode == 1, done.stdout + done.stderr
    assert words in done.stdout
    (finding,) = json.loads((tmp_path / "result.json").read_text("utf-8"))["findings"]
    assert finding["kind"] == "exception"
    assert finding["signature"] == "exception in vgic_prune_ap_list"
    assert finding["count"] == 5


def test_what_a_users_exception_says_is_printed_as_it_stands(
    vgic_stress: Run, patch: Patch
) -> None:
    target = patch("raise ValueError('[red]list[/red] :bug: [0]')")
    done = vgic_stress("run", "--revision", target, "--seed", 7, "--executions", 1)
    assert "ValueError: [red]list[/red] :bug: [0]" in done.stdout
