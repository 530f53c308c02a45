# SPDX-License-Identifier: GPL-2.0-only
"""Time: a thread that waits with a timeout may go on at any moment, because its time is up.

How long a timeout is says nothing: on a loaded machine the shortest can be outlasted by anything
and the longest reached before another thread's next step. So that a time is up is a choice among
others, and is in the schedule like them: the waiting thread is chosen while what it waits for has
not come. It is never the quiet default as long as another thread can go on; where none can, time
passes until it is up, so a timeout that nothing comes before is no deadlock.

A loop that waits with a timeout and looks again would otherwise be a schedule without an end. A
thread's time is up at most `IN_A_ROW` times while another one that could go on stands still. A
daemon's, as a timer that arms itself anew, also no more often than that while all who are no
daemons stand still: when those have ended, that shows. If one of them waits and nobody else can go
on, it may wait for what a daemon tries again and again, so daemons have `RETRIES` times in turn:
that they wait for each other shows after that. A search that goes through all behaviours takes
these bounds for what the program can do.
"""

from collections.abc import Sequence
from typing import NamedTuple

from harness.engine.threads import Thread

IN_A_ROW = 3
"""How often a thread's time is up while others stand still."""

RETRIES = 100
"""How often a daemon's is while somebody waits who may wait for it, and nobody else can go on."""

TIMED = "timed_wait"
"""The kind of an operation that goes ahead when its gate is open or its time is up."""

FIRE = "fire"
"""The kind of one that goes ahead when its time is up, which runs while its gate is armed."""


class _Spent(NamedTuple):
    """How often a thread's time was up, and how far each thread was the first of these times."""

    times: int
    ops: dict[Thread, int]

    def moved(self, thread: Thread) -> bool:
        """Whether a thread has taken a step since."""
        return thread.ops != self.ops.get(thread, -1)


def _has_time(thread: Thread) -> bool:
    """Return whether a thread stands where time runs."""
    kind, gate = thread.op.kind, thread.op.gate
    if gate is None:
        return False
    return gate.shut if kind == TIMED else kind == FIRE and gate.armed


class Timeouts:
    """Whose time may be up; a function of what the threads did, whoever was asked meanwhile."""

    __slots__ = ("_spent", "_threads")

    def __init__(self, threads: Sequence[Thread]) -> None:
        """Begin with all the time there is.

        Args:
            threads: those of the execution; some may be added later.
        """
        self._threads = threads
        self._spent: dict[Thread, _Spent] = {}

    def options(self, cycle: Sequence[Thread], enabled: Sequence[Thread]) -> list[Thread]:
        """Return the threads that could go on because their time is up.

        Args:
            cycle: all threads, in the order of the quiet default.
            enabled: those that can go on anyway.
        """
        timed = [thread for thread in cycle if _has_time(thread)]
        up = [thread for thread in timed if self._may_be_up(thread, enabled)]
        return up if up or enabled or not timed else self._retries(timed)

    def expired(self, me: Thread) -> None:
        """Note that a thread's time was up."""
        spent = self._spent.get(me)
        if spent is not None and (spent.times < IN_A_ROW or self._serves_nobody(me, spent)):
            self._spent[me] = _Spent(spent.times + 1, spent.ops)
        else:
            self._spent[me] = _Spent(1, {thread: thread.ops for thread in self._threads})

    def _may_be_up(self, thread: Thread, enabled: Sequence[Thread]) -> bool:
        spent = self._spent.get(thread)
        if spent is None or spent.times < IN_A_ROW:
            return True
        return not self._serves_nobody(thread, spent) and all(map(spent.moved, enabled))

    def _retries(self, timed: Sequence[Thread]) -> list[Thread]:
        """Return the daemon whose turn it is where a thread waits and nobody can go on."""
        if all(thread.finished or thread.idles for thread in self._served()):
            return []
        times, _, thread = min((self._spent[each].times, each.index, each) for each in timed)
        return [thread] if times < RETRIES else []

    def _serves_nobody(self, thread: Thread, spent: _Spent) -> bool:
        """Whether a thread is a daemon and none of the others has moved since."""
        return thread.daemon and not any(map(spent.moved, self._served()))

    def _served(self) -> list[Thread]:
        return [thread for thread in self._threads if not thread.daemon]
