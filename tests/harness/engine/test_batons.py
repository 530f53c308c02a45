# SPDX-License-Identifier: GPL-2.0-only
"""Does a baton wake its owner, and only its owner, also when the pass comes before the wait?"""

import os
import threading
from collections.abc import Iterator

import pytest

from harness.engine.batons import Baton, EventfdBaton, LockBaton, new_baton

KINDS = [LockBaton, *([EventfdBaton] if hasattr(os, "eventfd") else [])]


@pytest.fixture(params=KINDS, ids=lambda kind: str(kind.__name__))
def baton(request: pytest.FixtureRequest) -> Iterator[Baton]:
    made: Baton = request.param()
    yield made
    made.close()


def waiter(baton: Baton) -> tuple[threading.Thread, threading.Event]:
    """Start a thread that waits once and then says that it is through."""
    through = threading.Event()

    def wait() -> None:
        baton.wait()
        through.set()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread, through


def test_a_pass_before_the_wait_is_not_lost(baton: Baton) -> None:
    baton.wake()
    _, through = waiter(baton)
    assert through.wait(10)


def test_a_pass_ends_a_wait_under_way(baton: Baton) -> None:
    thread, through = waiter(baton)
    baton.wake()
    thread.join(10)
    assert through.is_set()


def test_a_baton_can_be_passed_again_and_again(baton: Baton) -> None:
    for _ in range(100):
        baton.wake()
        _, through = waiter(baton)
        assert through.wait(10)


def test_passing_one_baton_wakes_nobody_else(baton: Baton) -> None:
    other = new_baton()
    other_thread, other_through = waiter(other)
    thread, through = waiter(baton)
    baton.wake()
    thread.join(10)
    assert through.is_set()
    assert not other_through.is_set()
    other.wake()
    other_thread.join(10)
    other.close()
    assert other_through.is_set()


def test_two_threads_take_turns_with_two_batons(baton: Baton) -> None:
    mine, turns = new_baton(), []

    def other() -> None:
        for _ in range(50):
            baton.wait()
            turns.append("other")
            mine.wake()

    thread = threading.Thread(target=other, daemon=True)
    thread.start()
    for _ in range(50):
        turns.append("me")
        baton.wake()
        mine.wait()
    thread.join(10)
    mine.close()
    assert turns == ["me", "other"] * 50
