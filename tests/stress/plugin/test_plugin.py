# SPDX-License-Identifier: GPL-2.0-only
"""A marked test is green on a right kernel, and red with a line that replays on a wrong one."""

import re
import subprocess
from collections.abc import Callable

import pytest

from tests.fixtures.session import run_pytest_in

Pytest = Callable[..., subprocess.CompletedProcess[str]]

GREEN = """
import pytest

@pytest.mark.vgic_stress("inject_before_entry", executions=30)
def test_v1():
    print("the body runs")
"""

RED = """
import pytest
from vgic import Reference

class MyKernel(Reference):
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
    match = re.search(r"^pytest test_it.py::\w+ (--vgic-replay vs2-\S+)$", output, re.MULTILINE)
    assert match is not None, output
    return match[1].split()


@pytest.fixture(scope="module")
def red(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what a session with a wrong kernel prints."""
    return run_pytest_in(tmp_path_factory.mktemp("red"), RED, "-q").stdout


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


def test_a_replay_passes_once_the_kernel_is_mended(run_pytest: Pytest, red: str) -> None:
    token = replay_options(red)
    mended = RED.replace("        pass\n", "        super().replug_overflow(vcpu)\n", 1)
    session = run_pytest(mended, "-q", *token)
    assert session.returncode == 0, session.stdout


def test_the_seed_is_fixed_unless_it_is_said(run_pytest: Pytest, red: str) -> None:
    assert replay_options(run_pytest(RED, "-q").stdout) == replay_options(red)
    assert replay_options(run_pytest(RED, "--vgic-seed", "0x9").stdout) != replay_options(red)


def test_named_bugs_can_be_put_in(run_pytest: Pytest) -> None:
    session = run_pytest(BY_NAME, "-q")
    assert session.returncode == 1
    assert "1 failed, 1 passed" in session.stdout


def test_a_bad_seed_is_a_usage_error(run_pytest: Pytest) -> None:
    session = run_pytest(GREEN, "--vgic-seed", "many")
    assert session.returncode == 4
    assert "--vgic-seed many: a seed is a number" in session.stderr + session.stdout


def test_unknown_names_say_the_nearest(run_pytest: Pytest) -> None:
    session = run_pytest(GREEN.replace("inject_before_entry", "inject_before_entri"), "-q")
    assert session.returncode == 1
    assert "did you mean inject_before_entry" in session.stdout


WRONG_MARKERS = {
    "": "missing a required argument: 'scenario'",
    '"one_interrupt", exec=5': "got an unexpected keyword argument 'exec'",
    '"one_interrupt", executions=0': "executions is a number from 1, not 0",
    '"one_interrupt", executions="5"': "executions is a number from 1, not '5'",
    '"one_interrupt", kernel=42': "kernel is a revision by name or a class, not 42",
    '"one_interrupt", kernel="nosuch"': "there is no revision 'nosuch'",
    '"one_interrupt", kernel=Typo': "Typo defines vgic_prune_aplist, which the kernel never calls",
    '"one_interrupt", kernel=Empty': "Empty overrides nothing",
    '"one_interrupt", bugs="no_splyce"': "there is no bug 'no_splyce'; did you mean no_splice?",
    "7": "scenarios and strategies go by their names, not 7",
    '"one_interrupt", strategy=5': "scenarios and strategies go by their names, not 5",
    '"one_interrupt", bugs=(1,)': "bugs are names of bugs, not (1,)",
    '"one_interrupt", bugs=None': "bugs are names of bugs, not None",
    '"one_interrupt", kernel=int': "int ",
    '"one_interrupt", check="race"': "there is no check 'race'; did you mean races?",
    '"one_interrupt", check=("races", "x")': "there is no check 'x'",
    '"one_interrupt", check=True': "checks go by their names, not True",
    '"one_interrupt", executions=True': "executions is a number from 1, not True",
}

KERNELS = """
import pytest
from vgic import Reference

class Typo(Reference):
    def vgic_prune_aplist(self, vcpu):
        raise RuntimeError

class Empty:
    pass
"""

WRONGLY_MARKED = """
@pytest.mark.vgic_stress({})
def test_marked_{}():
    pass
"""


def test_a_marker_that_makes_no_sense_fails_and_says_why(run_pytest: Pytest) -> None:
    tests = [WRONGLY_MARKED.format(each, number) for number, each in enumerate(WRONG_MARKERS)]
    session = run_pytest(KERNELS + "".join(tests), "-q")
    assert f"{len(tests)} failed" in session.stdout
    for message in WRONG_MARKERS.values():
        assert f"bad marker: {message}" in session.stdout
    assert session.stdout.count("vgic_stress(scenario, executions=100,") >= len(tests)
    assert "pytest_run.py" not in session.stdout
    assert "During handling" not in session.stdout
    assert "direct cause" not in session.stdout


def test_a_class_that_is_derived_from_nothing_overrides_by_name(run_pytest: Pytest) -> None:
    plain = RED.replace("class MyKernel(Reference)", "class MyKernel")
    session = run_pytest(plain, "-q")
    assert session.returncode == 1
    assert "I3 overflow left behind" in session.stdout


MARK = '@pytest.mark.vgic_stress("inject_before_entry", executions=3{})\n'
CLASS = "class TestIt:\n"
METHOD = "    def test_it(self):\n        pass\n"


@pytest.mark.parametrize("options", [[], ["-n", "2"]])
def test_two_markers_in_one_place_fail_and_say_so(run_pytest: Pytest, options: list[str]) -> None:
    twice = 2 * MARK.format("")
    function = "def test_function():\n    pass\n"
    session = run_pytest(f"import pytest\n{twice}{function}{twice}{CLASS}{METHOD}", "-q", *options)
    assert session.returncode == 1
    assert "2 failed" in session.stdout
    assert "bad marker: test_function has two of them" in session.stdout
    assert "bad marker: TestIt has two of them" in session.stdout


def test_a_marker_overrides_that_of_the_class(run_pytest: Pytest) -> None:
    outer, inner = MARK.format(', kernel="classic"'), "    " + MARK.format(', kernel="reference"')
    source = f"import pytest\n{outer}{CLASS}{inner}{METHOD}"
    session = run_pytest(source.replace("inject_before_entry", "overflow_nested_deeply"), "-q")
    assert session.returncode == 0, session.stdout


def test_a_method_of_unittest_is_stressed_too(run_pytest: Pytest) -> None:
    bad = MARK.format(', kernel="classic"')
    source = f"import pytest, unittest\n{bad}class TestIt(unittest.TestCase):\n{METHOD}"
    session = run_pytest(source.replace("inject_before_entry", "overflow_nested_deeply"), "-q")
    assert session.returncode == 1, session.stdout
    assert "O10 best pending left out" in session.stdout
    assert "--vgic-replay vs2-" in session.stdout


UNSTEADY = """
import pytest
from vgic import Reference

class Unsteady(Reference):
    def announce_pending(self, vcpu):
        if hash("a") % 2 == 0:
            super().announce_pending(vcpu)

@pytest.mark.vgic_stress("one_interrupt", kernel=Unsteady)
def test_unsteady():
    pass
"""


def test_a_finding_that_depends_on_hashing_is_none(
    run_pytest: Pytest, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The parity of hash("a") is odd here, and even in the fresh process.
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    session = run_pytest(UNSTEADY, "-q")
    assert session.returncode == 1, session.stdout
    assert "not deterministic: the class under test does not do the same" in session.stdout
    assert "HARNESS BUG" not in session.stdout
    assert "--vgic-replay" not in session.stdout


def test_a_class_that_cannot_be_had_elsewhere_is_a_finding_all_the_same(
    run_pytest: Pytest,
) -> None:
    made = RED.replace("class MyKernel(Reference):", "class _Base(Reference):").replace(
        "@pytest", "MyKernel = type('MyKernel', (_Base,), {})\n\n@pytest"
    )
    session = run_pytest(made + "MyKernel = None\n", "-q")
    assert session.returncode == 1, session.stdout
    assert "I3 overflow left behind" in session.stdout
    assert "not confirmed in a fresh process: " in session.stdout
    assert "--vgic-replay" in session.stdout
