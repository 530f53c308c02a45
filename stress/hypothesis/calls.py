# SPDX-License-Identifier: GPL-2.0-only
"""Calls made to a VM one after the other, as programs and the schedule that follows them.

A token holds programs and a schedule, so that is what calls become. A call is the next thing in the
program of the thread that makes it, and then the thread goes on for some steps; whatever else it
would begin it has to be called for. So the calls of a thread are its program, their order is that
of the schedule, and nothing has to be stepped while Hypothesis still draws.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from harness.engine import Thread
from vgic.data import ACCESS, Instruction, Pulse

_OF_GUESTS = frozenset({"acknowledge", "eoi", "work", ACCESS})
"""The kinds of operations that guests do by their programs; devices `work` before each pulse."""


class Call(NamedTuple):
    """What one thread is called to do.

    Attributes:
        role: the thread.
        item: what is next in its program.
        steps: how many steps the thread goes on for.
        at_once: these steps begin where the thread stands; else when it has begun the item.
    """

    role: str
    item: Instruction | Pulse
    steps: int
    at_once: bool = False


class Following:
    """The strategy that follows calls, in their order; then everybody goes on quietly.

    A call whose thread cannot go on is over: the thread does the rest when it is next its turn.
    """

    next_point = 0
    asks_on_growth = False

    def __init__(self, calls: Sequence[Call]) -> None:
        self._calls = list(reversed(calls))
        self._programs: dict[str, list[Instruction | Pulse]] = {}
        for call in calls:
            self._programs.setdefault(call.role, []).append(call.item)
        self._called = Counter[str]()
        self._begun = Counter[str]()
        self._left = 0
        self._next_call()

    def begin(self, threads: Sequence[Thread]) -> None:
        """Nothing to learn."""

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Pick the thread of the call that is due."""
        while self._calls:
            for index, thread in enumerate(options):
                if thread.role == self._calls[-1].role and self._goes_on(thread):
                    return index
            self._calls.pop()
            self._next_call()
        return 0

    def _next_call(self) -> None:
        if self._calls:
            self._called[self._calls[-1].role] += 1
            self._left = self._calls[-1].steps

    def _goes_on(self, thread: Thread) -> bool:
        """Let a thread do what it stands before, if that still belongs to the call."""
        role = thread.role
        begun, begins = self._begun[role], self._stands_before_an_item(thread)
        if begins and begun == self._called[role]:
            return False
        if begun == self._called[role] or self._calls[-1].at_once:
            if not self._left:
                return False
            self._left -= 1
        if begins and not self._lowers_a_line(thread):
            self._begun[role] += 1
        return True

    def _stands_before_an_item(self, thread: Thread) -> bool:
        """Tell whether a thread begins what is next in its program; after its end it may go on."""
        left = self._begun[thread.role] < len(self._programs[thread.role])
        return left and thread.op.kind in _OF_GUESTS

    def _lowers_a_line(self, thread: Thread) -> bool:
        """Tell whether a handler has its device lower its line, which comes before it ends."""
        item = self._programs[thread.role][self._begun[thread.role]]
        return thread.op.kind == ACCESS and getattr(item, "name", "") != ACCESS
