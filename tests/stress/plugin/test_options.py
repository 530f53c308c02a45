# SPDX-License-Identifier: GPL-2.0-only
"""Which of command line, marker and ini file counts, and is what makes no sense refused?"""

import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest

from stress.plugin.marker import BadMarker, checked
from stress.plugin.options import (
    Budget,
    budget_of,
    check_options,
    folder_of,
    is_findings,
    points_of,
    seed_of,
    strategy_of,
)


class Config:
    """As much of pytest's configuration as the options need."""

    def __init__(self, **given: str) -> None:
        """Take options, such as `seed`, and lines of the ini file, such as `ini_seed`."""
        self._given = given
        self.inipath = Path("/project/pytest.ini")
        self.rootpath = Path("/project")
        self.args = [given.get("arg", ".")]
        self.invocation_params = pytest.Config.InvocationParams(
            args=(), plugins=None, dir=Path("/project")
        )

    def getoption(self, name: str) -> str | None:
        return self._given.get(name.removeprefix("--vgic-"))

    def getini(self, name: str) -> str | None:
        return self._given.get(name.replace("vgic_", "ini_"))


def config(**given: str) -> pytest.Config:
    return cast(pytest.Config, Config(**given))


def test_the_command_line_comes_first_then_the_marker_then_the_ini_file() -> None:
    both = {"ini_executions": "7", "ini_strategy": "burst", "ini_seed": "9"}
    assert budget_of(config(**both, executions="5"), 6) == Budget(5)
    assert budget_of(config(**both), 6) == Budget(6)
    assert budget_of(config(**both), None) == Budget(7)
    assert budget_of(config(), None) == Budget(100)
    assert strategy_of(config(**both, strategy="pct"), "pos") == "pct"
    assert strategy_of(config(**both), "pos") == "pos"
    assert strategy_of(config(**both), None) == "burst"
    assert strategy_of(config(), None) is None
    points = {"ini_points": "all"}
    assert points_of(config(**points, points="standard"), "all") == "standard"
    assert points_of(config(**points), "standard") == "standard"
    assert points_of(config(**points), None) == "all"
    assert points_of(config(), None) == "standard"
    assert [seed_of(config(**both, seed="0x2a")), seed_of(config(**both)), seed_of(config())] == [
        42, 9, 0,
    ]  # fmt: skip


def test_a_duration_alone_takes_the_place_of_a_count() -> None:
    assert budget_of(config(duration="1m30s"), 6) == Budget(None, 90.0)
    assert budget_of(config(duration="2s", executions="5"), 6) == Budget(5, 2.0)
    assert budget_of(config(ini_duration="2s"), 6) == Budget(6)
    assert budget_of(config(ini_duration="2s", ini_executions="5"), None) == Budget(5, 2.0)


def test_findings_are_where_pytest_was_started_or_beside_the_ini_file() -> None:
    assert folder_of(config()) == Path("/project/vgic-stress-findings")
    assert folder_of(config(findings="here", ini_findings="there")) == Path("/project/here")
    assert folder_of(config(ini_findings="there")) == Path("/project/there")


def test_kept_findings_are_no_tests_of_the_session_unless_asked_for() -> None:
    kept = Path("/project/vgic-stress-findings")
    assert is_findings(kept, config())
    assert not is_findings(kept.with_name("tests"), config())
    assert not is_findings(kept, config(arg="vgic-stress-findings/one/test_repro.py::test_it"))
    assert is_findings(kept, config(arg="vgic-stress-findings-of-mine"))


BAD = {
    "seed": ("many", "a seed is a number"),
    "executions": ("0", "a number from 1 to"),
    "duration": ("5x", "numbers with units"),
    "strategy": ("pctt", "did you mean pct?"),
    "points": ("some", "it takes standard or all"),
    "findings": ("/dev/null", "the folder of findings"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("begin", ["", "ini_"])
def test_what_makes_no_sense_is_a_usage_error_that_says_where(name: str, begin: str) -> None:
    text, words = BAD[name]
    where = f"vgic_{name} of the ini file:" if begin else f"--vgic-{name}"
    with pytest.raises(pytest.UsageError, match=f"^{where} {text}: ") as raised:
        check_options(config(**{begin + name: text}))
    assert words in str(raised.value)
    check_options(config(seed="1", executions="5", duration="5s", strategy="pct", findings="."))
    check_options(config(points="all"))


BAD_MARKERS = {
    "executions is a number from 1, not True": (True, None, None, 1),
    "shards is a number from 1 to 1000, not 0": (None, None, None, 0),
    "shards is a number from 1 to 1000, not '8'": (None, None, None, "8"),
    "5 executions are too few for 8 shards": (5, None, None, 8),
    "strategies go by their names, not 5": (None, 5, None, 1),
    "points is 'standard' or 'all', not 5": (None, None, None, 1, 5),
}


@pytest.mark.parametrize("words", BAD_MARKERS)
def test_a_marker_that_makes_no_sense_says_why(words: str) -> None:
    with pytest.raises(BadMarker) as raised:
        checked(*BAD_MARKERS[words])
    assert str(raised.value).endswith(words)
    assert checked(8, "pct", ("races",), 8).shards == 8


def test_the_plugin_imports_no_more_than_pytest() -> None:
    code = (
        "import sys, pytest\n"
        "before = set(sys.modules)\n"
        "import stress.plugin.plugin\n"
        "print(*sorted(set(sys.modules) - before))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = done.stdout.split()
    assert "stress.plugin.plugin" in names
    assert [name for name in names if not f"{name}.".startswith("stress.plugin.")] == [
        "stress",
        "stress.nightly_profile",
    ]
