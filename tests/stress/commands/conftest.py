# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of the real command share: running it in a process of its own, and patches."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

TIMEOUT_S = 120
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
Done = subprocess.CompletedProcess[str]

PATCH = """
import itertools
import os
from vgic import Reference

_calls = itertools.count()


class MyKernel(Reference):
    def vgic_prune_ap_list(self, vcpu):
        {statement}
        super().vgic_prune_ap_list(vcpu)
"""


def run_in(folder: Path, *words: object, stdin: str = "", **environment: str) -> Done:
    """Run the command in a new process, with a folder of its own as working directory.

    A run has one worker unless it says how many: what it finds does not depend on that.
    """
    one_worker = ("--jobs", 1) if words[:1] == ("run",) and "--jobs" not in words else ()
    return subprocess.run(
        [sys.executable, "-m", "stress", *map(str, (*words[:1], *one_worker, *words[1:]))],
        cwd=folder,
        env=ENVIRONMENT | environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


@pytest.fixture(name="run_in", scope="session")
def run_in_any_folder() -> Callable[..., Done]:
    """Return what runs the command in a folder, for tests that share one."""
    return run_in


@pytest.fixture
def vgic_stress(tmp_path: Path) -> Callable[..., Done]:
    """Return what runs the command in tmp_path."""
    return lambda *words, **options: run_in(tmp_path, *words, **options)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Return what starts the command in a process group of its own, as a terminal does."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "stress", *map(str, words)],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def result(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Return what runs a campaign and returns its JSON object."""

    def run(*words: object, **options: str) -> dict[str, Any]:
        done = run_in(tmp_path, "run", *words, "--json", "result.json", **options)
        assert done.returncode in (0, 1, 4), done.stdout + done.stderr
        value: dict[str, Any] = json.loads((tmp_path / "result.json").read_text("utf-8"))
        return value

    return run


@pytest.fixture
def patch(tmp_path: Path) -> Callable[[str], str]:
    """Return what writes my_patch.py, a class with one statement of its own in front of prune."""

    def write(statement: str) -> str:
        (tmp_path / "my_patch.py").write_text(PATCH.format(statement=statement), "utf-8")
        return "my_patch.py:MyKernel"

    return write


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Return what some executions of head-walk find: signatures, indexes, tokens."""
    folder = tmp_path_factory.mktemp("head-walk")
    words = (
        "inject_while_eoicount",
        "--revision",
        "head-walk",
        "--seed",
        7,
        "--executions",
        200,
        "--jobs",
        1,
    )
    done = run_in(folder, "run", *words, "--json", "result.json")
    assert done.returncode == 1, done.stdout + done.stderr
    found: list[dict[str, Any]] = json.loads((folder / "result.json").read_text("utf-8"))[
        "findings"
    ]
    return found


@pytest.fixture(scope="module")
def token(findings: list[dict[str, Any]]) -> str:
    """Return the token of head-walk's first finding."""
    text: str = findings[0]["token"]
    return text
