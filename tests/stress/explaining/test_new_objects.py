# SPDX-License-Identifier: GPL-2.0-only
"""Does a lock, a list or a word that a kernel adds show in the pictures, with nobody told of it?"""

import json

import pytest

from harness import Atomic, Cell, ListHead, OsThreads, SpinLock, Streams
from stress.executions import Target
from stress.explaining.columns import columns
from stress.explaining.every_step import every_step
from stress.explaining.lockdep import lockdep
from stress.explaining.recorded import Recorded, record
from stress.explaining.stepping import step_through
from stress.explaining.timeline import timeline
from stress.scenarios import SCENARIOS
from vgic import Reference
from vgic.data import Kvm, Vcpu
from vgic.tracepoints import Tracepoints


class Adding(Reference):
    """A kernel with a lock, a list and two words of its own, which fails when it uses them."""

    def __init__(self, kvm: Kvm, trace: Tracepoints) -> None:
        super().__init__(kvm, trace)
        self._translation_lock = SpinLock(
            kvm.order, kvm.order.lock_class("translation_lock"), "its"
        )
        self._cache: ListHead[object] = ListHead(
            kvm.scheduler, "translation_cache", "its", self._translation_lock
        )
        self._cache.init()
        self._words: list[Atomic | Cell[int]] = [
            Atomic(kvm.scheduler, "translations", "its"),
            Cell(kvm.scheduler, "generation", "its", 0),
        ]

    def announce_pending(self, vcpu: Vcpu) -> None:
        """Count a translation, and forget to release the lock."""
        self._translation_lock.lock()
        for word in self._words:
            word.value += 1
        raise RuntimeError("the translation was lost")


@pytest.fixture(scope="module")
def recorded(pinned: OsThreads) -> Recorded:
    parameters = SCENARIOS["one_interrupt"].draw(Streams(1, "one_interrupt", 0))
    return record(parameters, (), Target(cls=Adding), pinned)


def test_a_new_lock_is_a_lock_in_every_view(recorded: Recorded) -> None:
    name = "translation_lock[its]"
    assert [lock.name for lock in recorded.locks][-1] == name
    assert f"#0: {name}, taken in announce_pending()" in lockdep(recorded, 77)
    assert f"lock {name}" in columns(recorded)
    tracks = json.loads(timeline(recorded, ""))["traceEvents"]
    (track,) = [each["tid"] for each in tracks if each.get("args") == {"name": name}]
    assert [each["name"] for each in tracks if each["tid"] == track and each["ph"] == "X"]


def test_a_new_list_and_new_words_are_shown_with_what_they_hold(recorded: Recorded) -> None:
    said: list[str] = []
    commands = iter(["f", "p"])
    step_through(recorded, lambda: next(commands, None), said.append, 100)
    state = said[-2]
    assert "translation_cache[its]: empty" in state
    assert "translations[its]: 1" in state
    assert "generation[its]: 1" in state


def test_what_changes_in_them_is_a_change(recorded: Recorded) -> None:
    full = every_step(recorded, 100)
    assert "translations[its] = 1" in full
    assert "generation[its] = 1" in full
