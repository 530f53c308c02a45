# SPDX-License-Identifier: GPL-2.0-only
"""A marked test is green on a right kernel, and red with a line that replays on a wrong one."""

import re
import subprocess
from collections.abc import Callable

import pytest

Pytest = Callable[..., subprocess.CompletedProcess[str]]

GREEN = """
import pytest

@pytest.mark.vgic_stress("inject_before_entry", executions=30)
def test_v1():
    print("the body runs")
"""

RED = """
import pytest
from vgic import V1

class MyKernel(V1):
    def replug_overflow(self, vcpu):
        pass

@pytest.mark.vgic_stress("inject_while_eoicount", executions=30, kernel=MyKernel)
def test_mine():
    pass
"""

BY_NAME = """
import pytest

@pytest.mark.vgic_stress("inject_while_eoicount", executions=30, kernel="v1", bugs=("no_splice",))
def test_bug():
    pass

@pytest.mark.vgic_stress("inject_before_entry", executions=3)
def test_other():
    pass
"""


def replay_options(output: str) -> list[str]:
    """Return the options of the replay line in a report."""
    match = re.search(r"^pytest 'test_it.py::\w+' (--vgic-replay vs1-\S+)$", output, re.MULTILINE)
    assert match is not None, output
    return match[1].split()


def test_a_right_kernel_passes_and_the_body_runs(run_pytest: Pytest) -> None:
    session = run_pytest(GREEN, "-s", "-q")
    assert session.returncode == 0, session.stdout
    assert "the body runs" in session.stdout


@pytest.mark.parametrize("options", [["-q"], ["-q", "-n", "2"], []])
def test_a_wrong_kernel_fails_and_the_report_replays_it(
    run_pytest: Pytest, options: list[str]
) -> None:
    session = run_pytest(RED, *options)
    assert session.returncode == 1, session.stdout
    assert "I3 overflow left behind" in session.stdout
    again = run_pytest(RED, "-q", *replay_options(session.stdout))
    assert again.returncode == 1, again.stdout
    assert "I3 overflow left behind" in again.stdout
    assert "replayed" in again.stdout


def test_a_replay_passes_once_the_kernel_is_mended(run_pytest: Pytest) -> None:
    token = replay_options(run_pytest(RED, "-q").stdout)
    mended = RED.replace("        pass\n", "        super().replug_overflow(vcpu)\n", 1)
    session = run_pytest(mended, "-q", *token)
    assert session.returncode == 0, session.stdout


def test_the_seed_is_fixed_unless_it_is_said(run_pytest: Pytest) -> None:
    first, second = (run_pytest(RED, "-q").stdout for _ in range(2))
    assert replay_options(first) == replay_options(second)
    assert replay_options(first) != replay_options(run_pytest(RED, "--vgic-seed", "0x9").stdout)


def test_named_bugs_can_be_put_in(run_pytest: Pytest) -> None:
    session = run_pytest(BY_NAME, "-q")
    assert session.returncode == 1
    assert "1 failed, 1 passed" in session.stdout


def test_a_token_needs_exactly_one_marked_test(run_pytest: Pytest) -> None:
    session = run_pytest(BY_NAME, "-q", "--vgic-replay", "vs1-x")
    assert session.returncode == 4
    assert "exactly one test marked vgic_stress, 2 are selected" in session.stderr + session.stdout


def test_a_bad_seed_is_a_usage_error(run_pytest: Pytest) -> None:
    session = run_pytest(GREEN, "--vgic-seed", "many")
    assert session.returncode == 4
    assert "a seed is a number" in session.stderr + session.stdout


def test_unknown_names_say_the_nearest(run_pytest: Pytest) -> None:
    session = run_pytest(GREEN.replace("inject_before_entry", "inject_before_entri"), "-q")
    assert session.returncode == 1
    assert "did you mean inject_before_entry" in session.stdout
