# SPDX-License-Identifier: GPL-2.0-only
"""Are threads interleaved at plain accesses where a marker says so, and does a token replay it?"""

import re
import subprocess
from collections.abc import Callable

Pytest = Callable[..., subprocess.CompletedProcess[str]]

MARKED = """
import pytest

HOW = dict(executions=40, strategy="random-walk")
BUG = dict(bugs="canary_of_points")

@pytest.mark.vgic_stress("one_reroute", points="all", **HOW, **BUG)
def test_all():
    pass

@pytest.mark.vgic_stress("one_reroute", **HOW, **BUG)
def test_standard():
    pass

@pytest.mark.schedules(**HOW)
def test_fixture_standard(schedules):
    schedules.scenario("one_reroute", **BUG)
"""


def test_points_are_as_marked_and_a_token_of_them_replays(run_pytest: Pytest) -> None:
    session = run_pytest(MARKED, "-q", "--vgic-seed", "7")
    assert session.returncode == 1, session.stdout
    assert "1 failed, 2 passed" in session.stdout
    assert "I16 arrival unannounced" in session.stdout
    match = re.search(r"::test_all (--vgic-replay vs3-\S+)$", session.stdout, re.MULTILINE)
    assert match is not None, session.stdout
    again = run_pytest(MARKED, "-q", "-k", "test_all", *match[1].split())
    assert again.returncode == 1, again.stdout
    assert "I16 arrival unannounced" in again.stdout
    assert "replayed" in again.stdout
