# SPDX-License-Identifier: GPL-2.0-only
"""Is a core claimed by at most one session, and free again when that session has gone?"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.cores import claim_core

CLAIM_AND_STAY = """
import sys
from pathlib import Path
from harness.cores import claim_core
core = claim_core(Path(sys.argv[1]))
sys.stdout.write(f"{core.number if core else None}\\n")
sys.stdout.flush()
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process may run on two cores, whatever the machine has: nothing is pinned here."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {4, 2})


@contextmanager
def another_session(directory: Path) -> Iterator[int]:
    """Another process that has claimed a core and stays; yields the core's number."""
    with subprocess.Popen(
        [sys.executable, "-c", CLAIM_AND_STAY, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.kill()


def test_a_claimed_core_is_one_this_process_may_run_on(tmp_path: Path) -> None:
    core = claim_core(tmp_path)
    assert core is not None
    assert core.number in {2, 4}
    core.unclaim()


def test_two_claims_never_share_a_core(tmp_path: Path) -> None:
    one, two = claim_core(tmp_path), claim_core(tmp_path)
    assert one is not None
    assert two is not None
    assert {one.number, two.number} == {2, 4}
    one.unclaim()
    two.unclaim()


def test_nothing_is_claimed_when_every_core_is_taken(tmp_path: Path) -> None:
    one, two = claim_core(tmp_path), claim_core(tmp_path)
    assert one is not None
    assert two is not None
    assert claim_core(tmp_path) is None
    one.unclaim()
    two.unclaim()


def test_an_unclaimed_core_can_be_claimed_again(tmp_path: Path) -> None:
    one, two = claim_core(tmp_path), claim_core(tmp_path)
    assert one is not None
    assert two is not None
    two.unclaim()
    again = claim_core(tmp_path)
    assert again is not None
    assert again.number == two.number
    one.unclaim()
    again.unclaim()


def test_a_lock_file_left_behind_claims_nothing(tmp_path: Path) -> None:
    first = claim_core(tmp_path)
    assert first is not None
    first.unclaim()
    assert list(tmp_path.iterdir())
    again = claim_core(tmp_path)
    assert again is not None
    assert again.number == first.number
    again.unclaim()


def test_a_core_claimed_by_another_process_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    with another_session(tmp_path) as taken:
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: {taken, taken + 1})
        core = claim_core(tmp_path)
        assert core is not None
        assert core.number == taken + 1
        core.unclaim()
    core = claim_core(tmp_path)
    assert core is not None
    assert core.number == taken  # its holder was killed, which unlocks
    core.unclaim()


def test_no_core_is_claimed_where_there_is_no_affinity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    assert claim_core(tmp_path) is None
