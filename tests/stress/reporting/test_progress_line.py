# SPDX-License-Identifier: GPL-2.0-only
"""Does progress say of how many executions, or of how many seconds, and follow NO_COLOR?"""

import re
from collections.abc import Callable
from io import StringIO

import pytest
from rich.console import Console

from stress.campaign.plan import Plan
from stress.campaign.result import Result
from stress.reporting import progress_line as module
from stress.reporting.progress_line import progress

MakePlan = Callable[..., Plan]
SOME = Result(executions=50, seconds=4.0)


def lines(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what a log has of it."""
    monkeypatch.setattr(module, "FIRST_LINE_S", 0.0)
    log = StringIO()
    monkeypatch.setattr("sys.stderr", log)
    with progress(plan, quiet=False) as told:
        told(SOME)
    return log.getvalue()


def live(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what a terminal shows of it."""
    screen = StringIO()

    def console() -> Console:
        return Console(file=screen, force_terminal=True, width=90)

    monkeypatch.setattr(module, "_console", console)
    with progress(plan, quiet=False) as told:
        told(SOME)
    return screen.getvalue()


def test_a_log_tells_of_how_many(plan: MakePlan, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "s: 50 of 100 executions, " in lines(plan(), monkeypatch)
    assert "s: 50 of 1 executions, " in lines(plan(execution=17), monkeypatch)
    endless = lines(plan(executions=None, duration_s=28_800.0), monkeypatch)
    assert re.match(r"\d+ of 28800 s: 50 executions, ", endless)


def test_a_terminal_shows_of_how_many(plan: MakePlan, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "50/100 executions" in live(plan(), monkeypatch)
    endless = live(plan(executions=None, duration_s=28_800.0), monkeypatch)
    assert "50 executions" in endless


def test_there_is_no_color_where_none_is_wanted(
    plan: MakePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    color = re.compile(r"\x1b\[(?:\d+;)*(?:3|4|9|10)\d[;m]")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert color.search(live(plan(), monkeypatch))
    monkeypatch.setenv("NO_COLOR", "1")
    assert not color.search(live(plan(), monkeypatch))
