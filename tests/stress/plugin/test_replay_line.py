# SPDX-License-Identifier: GPL-2.0-only
"""Is the replay line wherever somebody looks for it, and does it replay, whatever form it is in?

The finding is a data race, which only a replay that checks for races can see.
"""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

Pytest = Callable[..., subprocess.CompletedProcess[str]]

RACY = """
import pytest
from vgic import Reference

class Racy(Reference):
    def vgic_mmio_write_irouter(self, irq, target):
        irq.target_vcpu = target

@pytest.mark.vgic_stress("migration_ping_pong", executions=30, kernel=Racy)
@pytest.mark.parametrize("quoted", ["it's"])
def test_racy(quoted):
    pass

@pytest.mark.vgic_stress("migration_ping_pong", executions=2, kernel=Racy, check=())
def test_unchecked():
    pass
"""
RIGHT = RACY.replace("irq.target_vcpu = target", "super().vgic_mmio_write_irouter(irq, target)")
RACE = "unguarded access in vgic_mmio_write_irouter on target_vcpu"


@pytest.fixture(scope="module")
def junit(tmp_path_factory: pytest.TempPathFactory) -> ElementTree.Element:
    """Return the JUnit XML of a session with workers, started above the root of the session."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "sub").mkdir()
    (folder / "sub" / "pytest.ini").write_text("[pytest]\n", "utf-8")
    (folder / "sub" / "test_it.py").write_text(RACY, "utf-8")
    words = ["-q", "-n", "2", "-c", "sub/pytest.ini", "--junitxml", "it.xml", "sub"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    return ElementTree.parse(folder / "it.xml").getroot()


@pytest.fixture(scope="module")
def line(junit: ElementTree.Element) -> list[str]:
    """Return the words of the replay line."""
    (found,) = junit.iter("property")
    assert found.get("name") == "vgic_stress_replay"
    return shlex.split(str(found.get("value")))


@pytest.fixture(scope="module")
def token(line: list[str]) -> str:
    return line[-1]


def test_the_line_is_a_property_and_in_the_failure_and_names_the_test_from_here(
    junit: ElementTree.Element, line: list[str]
) -> None:
    assert line[:3] == ["pytest", "sub/test_it.py::test_racy[it's]", "--vgic-replay"]
    (failure,) = junit.iter("failure")
    assert str(failure.text).startswith(RACE)
    assert str(failure.text).splitlines()[-1] == shlex.join(line)
    (case,) = [case for case in junit.iter("testcase") if case.find("properties") is not None]
    assert case.get("name") == "test_racy[it's]"


def test_it_fails_again_with_the_race_in_columns_and_the_line(
    run_pytest: Pytest, token: str
) -> None:
    options = ("-q", "--tb=short", "--show-capture=no", "-k", "racy", "--vgic-replay", token)
    session = run_pytest(RACY, *options)
    assert session.returncode == 1, session.stdout
    assert "failed again: replayed strictly" in session.stdout
    assert re.search(r"^  +vgic_prune_ap_list\(\)$", session.stdout, re.MULTILINE)
    assert "=> unguarded access" in session.stdout
    assert f"--vgic-replay {token}\n" in session.stdout


def test_the_command_says_the_same_of_the_token(token: str, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(RACY, "utf-8")
    for words, code in ((["--revision", "test_it.py:Racy"], 1), (["--revision", "reference"], 0)):
        command = [sys.executable, "-m", "stress", "replay", token, *words]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr


def test_a_test_that_does_not_ask_for_races_replays_one(run_pytest: Pytest, token: str) -> None:
    session = run_pytest(RACY, "-q", "-k", "unchecked", "--vgic-replay", token)
    assert session.returncode == 1, session.stdout
    assert RACE in session.stdout


def test_it_passes_once_mended_and_the_body_runs(run_pytest: Pytest, token: str) -> None:
    body = RIGHT.replace("(quoted):\n    pass", "(quoted):\n    print('the body runs')")
    session = run_pytest(body, "-q", "-s", "-k", "racy", "--vgic-replay", token)
    assert session.returncode == 0, session.stdout
    assert "the body runs" in session.stdout


def test_tokens_come_from_files_however_broken_into_lines_and_with_workers(
    run_pytest: Pytest, token: str, tmp_path: Path
) -> None:
    folded = "\n".join(token[at : at + 60] for at in range(0, len(token), 60))
    (tmp_path / "folded").write_text(f"{folded}\n\n", "ascii")
    files = ("--vgic-replay=@folded", "--vgic-replay=@folded")
    session = run_pytest(RACY, "-q", "-n", "1", "-k", "racy", *files)
    assert session.returncode == 1, session.stdout
    assert f"token 1 fails alone: {RACE}" in session.stdout
    assert f"--vgic-replay {token} --vgic-replay {token}\n" in session.stdout


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("garbage", "a token begins with vs2-"),
        ("vs9-x", "the token is of version vs9"),
        ("@absent", "the token file absent cannot be read"),
        ("-", "pytest has no standard input"),
    ],
)
def test_what_is_no_token_is_a_usage_error(run_pytest: Pytest, option: str, words: str) -> None:
    session = run_pytest(RACY, "-k", "racy", f"--vgic-replay={option}")
    assert session.returncode == 4
    assert f"--vgic-replay{' -' if option == '-' else ''}: {words}" in session.stderr
    assert "Traceback" not in session.stderr


@pytest.mark.parametrize("options", [["-q"], ["-q", "-n", "1"]])
def test_a_token_for_two_tests_replays_none_and_says_so(
    run_pytest: Pytest, token: str, options: list[str]
) -> None:
    session = run_pytest(RACY, *options, "--vgic-replay", token)
    assert session.returncode == 4
    output = session.stdout + session.stderr
    assert "exactly one test, marked vgic_stress or with the fixture `schedules`; 2 are" in output
    assert "passed" not in output
    assert "INTERNALERROR" not in output
