# SPDX-License-Identifier: GPL-2.0-only
"""Does the same execution give the same digest everywhere?

Twice, under any hash seed, with and without logging, on OS threads and greenlets, and on every
Python there is: the trace digest of each strategy must not notice.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from loguru import logger

import harness
from harness import Carriers, OsThreads
from harness.engine.greenlets import Greenlets
from harness.search.strategies import MIXED, STRATEGIES
from stress.executions.single import run_index
from stress.executions.target import Target
from stress.scenarios import SCENARIOS

EXECUTIONS = range(4)
PAIRS = [(name, strategy) for name in SCENARIOS for strategy in MIXED]
PAIRS += [("one_reroute", strategy) for strategy in STRATEGIES if strategy not in MIXED]
REVISION = "head-walk"  # it fails in some executions and passes in others
DIGESTS = f"""
import json
from harness import OsThreads
from stress.scenarios import SCENARIOS
from stress.executions.single import run_index
from stress.executions.target import Target
from vgic import REVISIONS

with OsThreads() as carriers:
    print(json.dumps({{
        name + "/" + strategy: [
            run_index(SCENARIOS[name], 7, index, strategy, Target({REVISION!r}), carriers)
            .execution.digest
            for index in range({len(EXECUTIONS)})
        ]
        for name, strategy in {PAIRS!r}
    }}))
"""
Digests = dict[str, list[str]]


def digests_on(carriers: Carriers) -> Digests:
    return {
        f"{name}/{strategy}": [
            run_index(
                SCENARIOS[name], 7, index, strategy, Target(REVISION), carriers
            ).execution.digest
            for index in EXECUTIONS
        ]
        for name, strategy in PAIRS
    }


def digests_of(python: str, **environment: str) -> Digests:
    """Compute the digests in a new process; it needs nothing but the standard library and us."""
    printed = subprocess.run(
        [python, "-c", DIGESTS],
        env=os.environ
        | {"PYTHONPATH": str(Path(harness.__file__).parents[1]), "PYTHONDONTWRITEBYTECODE": "1"}
        | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    digests: Digests = json.loads(printed.stdout)
    return digests


def version_of(python: Path) -> str | None:
    """Return the version of an interpreter that starts, None for one that does not."""
    command = [str(python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def other_pythons() -> Iterator[tuple[str, str]]:
    """Yield version and path of the other supported interpreters on PATH that start."""
    mine = f"{sys.version_info.major}.{sys.version_info.minor}"
    for version in {"3.11", "3.12", "3.13"} - {mine}:
        for folder in os.get_exec_path():
            python = Path(folder) / f"python{version}"
            if python.exists() and version_of(python) == version:
                yield version, str(python)
                break


@pytest.fixture(scope="module")
def reference() -> Digests:
    """Return the digests as this process computes them on OS threads."""
    with OsThreads() as carriers:
        return digests_on(carriers)


def test_the_executions_differ_from_each_other(reference: Digests) -> None:
    digests = [
        digest
        for name in SCENARIOS
        for strategy in MIXED
        for digest in reference[f"{name}/{strategy}"]
    ]
    assert len(set(digests)) == len(digests) == len(MIXED) * len(SCENARIOS) * len(EXECUTIONS)


def test_the_second_time_gives_the_same_digests(reference: Digests) -> None:
    with OsThreads() as carriers:
        assert digests_on(carriers) == reference
        assert digests_on(carriers) == reference


def test_an_execution_does_not_depend_on_those_before_it(reference: Digests) -> None:
    last = EXECUTIONS[-1]
    for name, strategy in PAIRS:
        with OsThreads() as carriers:
            alone = run_index(SCENARIOS[name], 7, last, strategy, Target(REVISION), carriers)
        assert alone.execution.digest == reference[f"{name}/{strategy}"][last]


def test_greenlets_give_the_same_digests_as_os_threads(reference: Digests) -> None:
    with Greenlets() as carriers:
        assert digests_on(carriers) == reference


def test_unpinned_threads_give_the_same_digests(reference: Digests) -> None:
    with OsThreads(pinned=False) as carriers:
        assert digests_on(carriers) == reference


def test_logging_does_not_change_a_digest(reference: Digests) -> None:
    lines: list[str] = []
    sink = logger.add(lines.append, level=0)
    try:
        with OsThreads() as carriers:
            assert digests_on(carriers) == reference
    finally:
        logger.remove(sink)


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_the_hash_seed_does_not_change_a_digest(reference: Digests, hash_seed: str) -> None:
    assert digests_of(sys.executable, PYTHONHASHSEED=hash_seed) == reference


def test_every_python_on_the_path_gives_the_same_digests(reference: Digests) -> None:
    pythons = dict(other_pythons())
    assert {version: digests_of(python) for version, python in pythons.items()} == dict.fromkeys(
        pythons, reference
    )
