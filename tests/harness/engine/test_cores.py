# SPDX-License-Identifier: GPL-2.0-only
"""Is a core claimed by at most one session, and free again when that session has gone?"""

import os
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from harness.engine import cores
from harness.engine.cores import Core, claim_core, pin_this_thread

CLAIM_AND_STAY = """
import os, sys
from harness.engine import cores
cores.PREFIX = sys.argv[1]
os.sched_getaffinity = lambda _: {2, 4}
core = cores.claim_core()
forked = "fork" in sys.argv and os.fork() == 0
os.write(1, b"forked\\n" if forked else f"{core.number if core else None}\\n".encode())
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Claims of two cores, whatever the machine has, that are no concern of other sessions."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {4, 2})
    monkeypatch.setattr(cores, "PREFIX", f"{os.getpid()}-{tmp_path.name}-")


def claimed() -> Core:
    core = claim_core()
    assert core is not None
    return core


@contextmanager
def another_session(
    tmpdir: Path, *, forks: bool = False
) -> Iterator[tuple[subprocess.Popen[str], set[str]]]:
    """Another process that claims a core and stays, maybe with a child; and what they say."""
    with subprocess.Popen(
        [sys.executable, "-c", CLAIM_AND_STAY, cores.PREFIX, *["fork"] * forks],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmpdir)},
    ) as process:
        assert process.stdout is not None
        yield process, {process.stdout.readline().strip() for _ in range(1 + forks)}
        process.kill()


def test_two_claims_never_share_a_core_and_there_are_no_more_than_cores() -> None:
    one, two = claimed(), claimed()
    assert {one.number, two.number} == {2, 4}
    assert claim_core() is None
    one.unclaim()
    two.unclaim()


def test_an_unclaimed_core_can_be_claimed_again() -> None:
    one, two = claimed(), claimed()
    two.unclaim()
    again = claimed()
    assert again.number == two.number
    one.unclaim()
    again.unclaim()


def test_unclaiming_twice_takes_the_core_from_nobody() -> None:
    one = claimed()
    one.unclaim()
    again = claimed()
    one.unclaim()
    other = claimed()
    assert {again.number, other.number} == {2, 4}
    again.unclaim()
    other.unclaim()


def test_a_session_with_another_tmpdir_gets_another_core_until_it_is_killed(
    tmp_path: Path,
) -> None:
    with another_session(tmp_path) as (process, said):
        core = claimed()
        assert {str(core.number), *said} == {"2", "4"}
        core.unclaim()
        process.kill()
        process.wait()
        core = claimed()
        assert {str(core.number)} == said
        core.unclaim()


def test_a_forked_child_that_outlives_its_session_keeps_no_core(tmp_path: Path) -> None:
    with another_session(tmp_path, forks=True) as (process, said):
        assert said == {"2", "forked"}
        process.kill()
        process.wait()
        core = claimed()
        assert core.number == 2
        core.unclaim()


def test_nothing_in_the_folder_for_temporary_files_is_followed_or_left(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "vgic-stress-core-2.lock")
    (tmp_path / "vgic-stress-core-4.lock").symlink_to(tmp_path / "nowhere")
    before = sorted(tmp_path.iterdir())
    with another_session(tmp_path) as (_, said):
        assert said == {"2"}
        assert sorted(tmp_path.iterdir()) == before


def test_no_core_is_claimed_where_there_is_no_affinity(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(_: int) -> set[int]:
        raise PermissionError

    monkeypatch.setattr(os, "sched_getaffinity", forbidden)
    assert claim_core() is None


def test_no_core_is_claimed_where_there_are_no_abstract_sockets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert claim_core() is None


def test_no_core_is_claimed_where_sockets_are_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(_: int) -> socket.socket:
        raise PermissionError

    monkeypatch.setattr(cores, "socket", forbidden)
    assert claim_core() is None


def test_no_core_is_claimed_when_descriptors_have_run_out() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with closing(socket.socket()) as highest:
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest.fileno(), hard))
        try:
            # Whatever is free below the highest is taken first.
            taken = []
            while True:
                taken.append(os.dup(0))
        except OSError:
            assert claim_core() is None
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            for descriptor in taken:
                os.close(descriptor)


def test_a_claim_whose_descriptor_is_gone_is_given_back_all_the_same() -> None:
    core = claimed()
    os.close(core._socket.fileno())
    core.unclaim()
    again = claimed()
    assert again.number == core.number
    again.unclaim()


def test_a_core_that_may_no_longer_be_used_pins_nothing() -> None:
    unusable = Core(1 << 20, socket.socket())
    pin_this_thread(unusable)
    unusable.unclaim()
