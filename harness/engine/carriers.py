# SPDX-License-Identifier: GPL-2.0-only
"""OS threads as carriers: a pool that is reused by every execution.

A modelled thread is carried by one real OS thread, started once and parked on its baton between
executions. While an execution runs the carriers stay pinned to one core, if one could be claimed;
the thread that asked for the execution is never pinned, it only waits.
"""

import sys
import threading
from threading import get_ident

from harness.engine.batons import Baton, new_baton
from harness.engine.carrying import Carried
from harness.engine.cores import Core, claim_core, pin_this_thread, unpin_this_thread
from harness.engine.failures import Abandoned, ForeignThread
from harness.engine.frames import calls_at, is_ground_floor, is_ours, model_stack, own_line
from harness.engine.threads import Thread


class _Carrier:
    """One OS thread: waits for its baton, runs what it was given, passes on."""

    def __init__(self, pool: "OsThreads", number: int, core: Core | None) -> None:
        self.baton = new_baton()
        self.thread: Thread | None = None
        self.identity = 0
        self._pool = pool
        self._core = core
        self.os_thread = threading.Thread(target=self._work, name=f"carrier {number}", daemon=True)
        self.os_thread.start()

    def _work(self) -> None:
        self.identity = get_ident()
        if self._core is not None:
            pin_this_thread(self._core)
        while True:
            self.baton.wait()
            if self.thread is None:
                return
            self._pool.carried(self.thread)


class OsThreads:
    """A pool of OS threads that carry modelled threads, one execution at a time.

    Use it as a context manager: leaving it ends the OS threads and unclaims the core.

    Attributes:
        name: how reports call this kind of carrier.
        executions: how many have been begun.
    """

    name = "threads"

    def __init__(self, *, pinned: bool = True) -> None:
        self._core = claim_core() if pinned else None
        self._carriers: list[_Carrier] = []
        self._caller: Baton = new_baton()
        self._started: Thread | None = None
        self._scheduler: Carried | None = None
        self._running = False
        self._closed = False
        self._pinned: tuple[int, list[int]] | None = None
        self.executions = 0

    @property
    def core(self) -> int | None:
        """The number of the core the carriers are pinned to, None if unpinned."""
        return None if self._core is None else self._core.number

    @property
    def running(self) -> bool:
        """Whether an execution is under way."""
        return self._running

    @property
    def steps(self) -> int:
        """How many operations the execution under way has published; 0 if none was begun."""
        return 0 if self._scheduler is None else self._scheduler.steps

    @property
    def place(self) -> str:
        """The user's own line that is running, as `FILE:LINE in FUNCTION`; "" if none is.

        For who watches from outside: an execution that does not come to a scheduling point is
        there.
        """
        scheduler, carriers = self._scheduler, self._carriers
        if scheduler is None or not 0 <= scheduler.current.index < len(carriers):
            return ""
        current = scheduler.current
        frame = sys._current_frames().get(carriers[current.index].identity)
        if frame is not None and is_ground_floor(frame):
            return f"the body of {current.role}"  # that is no Python, so it has no frame
        return "" if frame is None or is_ours(frame) else own_line(frame)

    def stacks(self) -> dict[str, list[str]]:
        """Return where each thread under way is: its calls, the outermost first.

        For who watches from outside. Those of the harness itself are left out where a thread only
        waits for its turn.
        """
        if self._scheduler is None or not self._running:
            return {}
        frames = sys._current_frames()
        current = self._scheduler.current
        return {
            thread.role: calls_at(frames.get(carrier.identity), ours=thread is current)
            for thread, carrier in zip(self._scheduler.threads, self._carriers, strict=False)
            if thread.started and not thread.finished
        }

    def abandon(self) -> None:
        """Give up an execution that does not come to its end, and the core.

        The thread that does not come to a scheduling point has an exception raised in it as soon
        as it runs Python code; with it the execution ends, and nobody waits for that. These
        carriers are never used again.
        """
        from ctypes import c_ulong, py_object, pythonapi  # nobody needs it before

        self._closed = True
        scheduler, carriers = self._scheduler, self._carriers
        if self._running and scheduler is not None and scheduler.current.index < len(carriers):
            identity = carriers[scheduler.current.index].identity
            pythonapi.PyThreadState_SetAsyncExc(c_ulong(identity), py_object(Abandoned))
        if self._core is not None:
            self._core.unclaim()

    def carries_this_thread(self) -> bool:
        """Return whether the calling OS thread runs code under test, as one of these."""
        here = get_ident()
        return self._running and any(each.identity == here for each in self._carriers)

    def pin_caller(self) -> None:
        """Pin the calling thread to the carriers' core too, until it closes them.

        What it starts meanwhile inherits that: it is for a process of the harness's own.
        """
        if self._core is not None:
            self._pinned = get_ident(), pin_this_thread(self._core)

    def __enter__(self) -> "OsThreads":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the OS threads and unclaim the core.

        After an interrupt in the middle of an execution its carriers hold modelled threads that
        nobody can end; they are left to end with the process.
        """
        if self._running or self._closed:
            return
        self._closed = True
        for carrier in self._carriers:
            carrier.thread = None
            carrier.baton.wake()
        for carrier in self._carriers:
            carrier.os_thread.join()
            carrier.baton.close()
        self._carriers.clear()
        self._caller.close()
        if self._pinned is not None and self._pinned[0] == get_ident():
            unpin_this_thread(self._pinned[1])
        if self._core is not None:
            self._core.unclaim()

    def run(self, scheduler: Carried, first: Thread) -> None:
        """Run an execution, starting with this thread; return when all have ended."""
        for thread in scheduler.threads:
            self._assign(thread)
        self._scheduler = scheduler
        self.executions += 1
        self._running = True
        self._carriers[first.index].baton.wake()
        self._caller.wait()
        while self._started is not None:
            self._assign(self._started)
            self._started = None
            self._carriers[scheduler.current.index].baton.wake()
            self._caller.wait()
        self._running = False

    def welcome(self, thread: Thread) -> None:
        """Carry one more thread; whoever runs the execution starts an OS thread if there is none.

        What runs code under test may start none, so that this cannot.

        Raises:
            ForeignThread: the calling OS thread is not what carries the running thread.
        """
        if thread.index < len(self._carriers):
            self._assign(thread)
        elif self._scheduler is not None:
            mine = self._carriers[self._scheduler.current.index]
            if get_ident() != mine.identity:
                raise ForeignThread
            self._started = thread
            self._caller.wake()
            mine.baton.wait()

    def _assign(self, thread: Thread) -> None:
        """Have the carrier of its index carry a thread."""
        if thread.index == len(self._carriers):
            self._carriers.append(_Carrier(self, thread.index, self._core))
        self._carriers[thread.index].thread = thread

    def hand_over(self, me: Thread, other: Thread) -> None:
        """Wake the other thread's carrier and wait on my own baton.

        Raises:
            ForeignThread: the calling OS thread is not what carries me.
        """
        mine = self._carriers[me.index]
        if get_ident() != mine.identity:
            raise ForeignThread
        self._carriers[other.index].baton.wake()
        mine.baton.wait()

    def stack(self, thread: Thread) -> tuple[str, ...]:
        """Return the model functions a parked thread is in, outermost first."""
        return model_stack(sys._current_frames().get(self._carriers[thread.index].identity))

    def carried(self, thread: Thread) -> None:
        """Run a modelled thread to its end on the calling carrier, then pass on."""
        assert self._scheduler is not None
        following = self._scheduler.carry(thread)
        if following is None:
            self._caller.wake()
        else:
            self._carriers[following.index].baton.wake()
