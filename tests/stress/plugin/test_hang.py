# SPDX-License-Identifier: GPL-2.0-only
"""Does a session end, and say why past all capturing, when code comes to no scheduling point?

And is a bug of the harness told as that?
"""

import subprocess
from collections.abc import Callable

import pytest

from harness import Streams
from stress.executions.token import Token
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
"""


@pytest.fixture
def token() -> str:
    drawn = SCENARIOS["one_interrupt"].draw(Streams(0, "one_interrupt", 0))
    token = Token(
        "one_interrupt", drawn, "reference", (), None, (), "I16 missed kick", "0" * 16, "0" * 12
    )
    return token.encode()


@pytest.mark.parametrize("test", ["marked", "replayed", "repro"])
def test_a_hang_ends_the_session_and_names_the_line(
    run_pytest: Pytest, test: str, token: str
) -> None:
    options = ["--vgic-replay", token] if test == "replayed" else []
    source = HANGS.replace("TOKEN", repr(token))
    chosen = "repro" if test == "repro" else "marked"
    session = run_pytest(source, "-q", "-k", chosen, *options, VGIC_STRESS_SILENCE_S="1")
    assert session.returncode == 1, session.stdout + session.stderr
    assert "blocks outside the harness at test_it.py:8 in vgic_prune_ap_list" in session.stderr
    assert "HARNESS BUG" not in session.stderr


def test_with_workers_the_test_that_hangs_fails(run_pytest: Pytest, token: str) -> None:
    source = HANGS.replace("TOKEN", repr(token))
    session = run_pytest(source, "-q", "-n", "1", "-k", "marked", VGIC_STRESS_SILENCE_S="1")
    assert session.returncode == 1, session.stdout + session.stderr
    assert "crashed while running 'test_it.py::test_marked'" in session.stdout
    assert "blocks outside the harness at test_it.py:8 in vgic_prune_ap_list" in session.stderr


def test_a_bug_of_the_harness_is_told_and_is_no_finding(run_pytest: Pytest) -> None:
    broken = "    def __init__(self, kvm, watch):\n        SpinLock(None, None, '0')\n"
    source = HANGS.partition("    def vgic_prune")[0] + broken + HANGS[HANGS.index("\n@pytest") :]
    session = run_pytest(f"from harness import SpinLock\n{source}", "-q", "-k", "marked")
    assert session.returncode == 1, session.stdout + session.stderr
    assert "HARNESS BUG: AttributeError" in session.stdout
    assert "Traceback" not in session.stdout
    assert "--vgic-replay" not in session.stdout
