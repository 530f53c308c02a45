# SPDX-License-Identifier: GPL-2.0-only
"""Does a test fail by its name, and the session go on, when code comes to no scheduling point?

And is a bug of the harness an error?
"""

import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from harness import OsThreads, Quiet, Scheduler, Streams, execute
from stress.executions.token import Token
from stress.plugin.noticing import noticed, place_of
from stress.scenarios import SCENARIOS

Pytest = Callable[..., subprocess.CompletedProcess[str]]

HANGS = """
import pytest
from stress.repro import assert_passes
from vgic import Reference

class Hangs(Reference):
    def vgic_prune_ap_list(self, vcpu):
        while True:
            pass

@pytest.mark.vgic_stress("one_interrupt", kernel=Hangs)
def test_marked():
    pass

def test_repro():
    assert_passes(TOKEN, revision=Hangs)

def test_after():
    pass

def test_stands_still(schedules):
    import time
    print("captured")
    time.sleep(2)
    print("captured, too")
"""


@pytest.fixture
def token() -> str:
    drawn = SCENARIOS["one_interrupt"].draw(Streams(0, "one_interrupt", 0))
    token = Token(
        "one_interrupt", drawn, "reference", (), None, (), "I16 missed kick", "0" * 16, "0" * 12
    )
    return token.encode()


LINE = "blocks outside the harness at test_it.py:8 in vgic_prune_ap_list"


@pytest.mark.parametrize(
    ("test", "workers"),
    [("marked", ()), ("marked", ("-n", "1")), ("replayed", ()), ("repro", ())],
)
def test_what_hangs_fails_by_name_with_its_line_and_the_session_goes_on(
    run_pytest: Pytest, test: str, workers: tuple[str, ...], token: str
) -> None:
    options = ["--vgic-replay", token] if test == "replayed" else []
    source = HANGS.replace("TOKEN", repr(token))
    chosen = {
        "marked": "marked or after or still",
        "replayed": "marked",
        "repro": "repro or after",
    }[test]
    session = run_pytest(source, "-q", "-k", chosen, *options, *workers, VGIC_STRESS_SILENCE_S="1")
    assert session.returncode == 1, session.stdout + session.stderr
    assert LINE in session.stdout
    assert "vcpu0: " in session.stdout
    assert f"FAILED test_it.py::test_{'repro' if test == 'repro' else 'marked'}" in session.stdout
    assert "HARNESS BUG" not in session.stdout
    passed = {"replayed": "", "repro": ", 1 passed", "marked": ", 2 passed"}[test]
    assert f"1 failed{passed}" in session.stdout
    if test == "marked":
        assert "test_it.py::test_stands_still has been seen at one line for 1 s" in session.stderr
        assert "captured" not in session.stdout + session.stderr


def test_a_body_that_stands_still_is_named_and_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VGIC_STRESS_SILENCE_S", "0.3")
    said: list[str] = []
    over = threading.Event()

    def say(text: str) -> None:
        said.append(text)
        over.set()

    with noticed("test_it.py::test_it", say):
        assert over.wait(30)
    assert said[0].startswith("test_it.py::test_it has been seen at one line for 0 s")
    assert "test_hang.py:" in said[0]
    assert " in wait" in said[0]


def test_a_place_is_that_of_the_own_line_and_none_in_an_execution(pinned: OsThreads) -> None:
    def here() -> tuple[int, int] | None:
        return place_of(sys._getframe())

    assert here() is not None

    places: list[object] = []

    def program(scheduler: Scheduler) -> None:
        places.append(here())
        scheduler.thread("a", lambda: places.append(here()))

    execute(program, Quiet(), pinned)
    assert places == [None, None]


def test_a_bug_of_the_harness_is_an_error_and_no_finding(run_pytest: Pytest) -> None:
    broken = "    def __init__(self, kvm, watch):\n        SpinLock(None, None, '0')\n"
    source = HANGS.partition("    def vgic_prune")[0] + broken + HANGS[HANGS.index("\n@pytest") :]
    session = run_pytest(f"from harness import SpinLock\n{source}", "-q", "-k", "marked")
    assert session.returncode == 1, session.stdout + session.stderr
    assert "HARNESS BUG: " in session.stdout
    assert "AttributeError" in session.stdout
    assert "ERROR test_it.py::test_marked" in session.stdout
    assert "failed" not in session.stdout.splitlines()[-1]
    assert "1 error" in session.stdout
    assert "Traceback" not in session.stdout
    assert "--vgic-replay" not in session.stdout
