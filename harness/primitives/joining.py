# SPDX-License-Identifier: GPL-2.0-only
"""Threads that are started inside an execution, and waited for until they have ended.

They follow the rules of Python's threading.Thread: one is started once, and joined as often as is
wanted, by any thread but itself. What comes before the start comes before all that the thread does,
and all that comes before what follows the join. One that nobody joins is run to its end too, before
the execution is over.
"""

from collections.abc import Callable

from harness.engine import Failure, Gate, Operation, Scheduler, Thread, model_function, operation
from harness.primitives.atomic_context import check_may_sleep
from harness.primitives.timed import timed_point


class _NoGate(Gate):
    """Always open: what a thread stands at before its first step, which nothing keeps it from.

    With a gate it is known to a search as something that could not have come before the start.
    """

    shut = False


_OPEN = _NoGate()


class _End(Gate):
    """The end of a thread."""

    __slots__ = ("_thread",)

    def __init__(self, thread: Thread) -> None:
        self._thread = thread

    @property
    def shut(self) -> bool:  # type: ignore[override]  # it follows, and is never set
        """Whether the thread has not ended."""
        return not self._thread.finished

    @property
    def holder(self) -> Thread:
        """The thread that has to go on to its end."""
        return self._thread

    def describe_wait(self) -> str:
        """Say what a thread that waits here is waiting for."""
        return f"{self._thread.role} to end"


class JoinableThread(Thread):
    """A thread to be started, inside an execution or before it, and joined (threading.Thread)."""

    __slots__ = ("_begun", "_does", "_end", "_name", "_scheduler", "_spawned")

    def __init__(
        self,
        scheduler: Scheduler,
        role: str,
        body: Callable[[], object],
        *,
        daemon: bool = False,
    ) -> None:
        """Prepare a thread.

        Args:
            scheduler: the execution's scheduler.
            role: its name, which no other thread of the execution has under any schedule.
            body: what it does.
            daemon: it serves the others, and is left where it waits when they have ended
                (Thread.daemon).
        """
        self._scheduler = scheduler
        self._name = f"thread[{role}]"
        self._does = body
        self._begun = operation("start", "thread", self._name)
        self._end = _End(self)
        self._spawned = False
        first = Operation("start", "thread", self._name, _OPEN)
        super().__init__(role, -1, self._run, first=first, daemon=daemon)

    def start(self) -> None:
        """Start the thread: from here on it can go on (Thread.start, wake_up_process)."""
        scheduler = self._scheduler
        scheduler.point(operation("spawn", "thread", self._name))
        if scheduler.unwinding:
            return
        if self._spawned:
            self._fail("thread started twice", "threads can only be started once")
        self._spawned = True
        scheduler.add(self)

    def join(self, timeout: float | None = None) -> None:
        """Wait until the thread has ended (Thread.join); with a timeout, or until time is up.

        Args:
            timeout: None to wait for the end however long that takes. How large it is does not
                matter, but that 0 does not wait. `is_alive` says whether the time was up.
        """
        scheduler = self._scheduler
        if scheduler.unwinding:
            return
        if not self._spawned:
            self._fail("thread joined unstarted", "cannot join a thread before it is started")
        if scheduler.current is self:
            self._fail(
                "thread joined itself", "cannot join the current thread: it waits for its own end"
            )
        check_may_sleep(scheduler, f"join {self.role}", "thread")
        joined = Operation("join", "thread", self._name, self._end)
        if timeout is None:
            scheduler.gated_point(joined)
        elif timed_point(scheduler, joined, timeout):
            scheduler.touch(joined)

    def is_alive(self) -> bool:
        """Return whether the thread was started and has not ended (Thread.is_alive)."""
        scheduler = self._scheduler
        scheduler.point(operation("read", "thread", self._name))
        if self.finished and scheduler.wants_touches:
            scheduler.touch(operation("join", "thread", self._name))
        return self._spawned and not self.finished

    def retire(self) -> None:
        """Release what it did and waited for."""
        super().retire()
        del self._does, self._end

    def _run(self) -> None:
        if self._scheduler.wants_touches:
            self._scheduler.touch(self._begun)
        self._does()

    def _fail(self, kind: str, why: str) -> None:
        me, function = self._scheduler.current, model_function()
        self._scheduler.fail(
            Failure(
                kind=kind,
                message=f"{me.role} in {function}: {self.role}: {why}",
                functions=(function,),
                lock_classes=("thread",),
            )
        )


def start_thread(
    scheduler: Scheduler, role: str, body: Callable[[], object], *, daemon: bool = False
) -> JoinableThread:
    """Start a thread, inside an execution or before it (kthread_run).

    Args:
        scheduler: the execution's scheduler.
        role: its name, which no other thread of the execution has under any schedule. Schedules
            name threads by it, so it must not depend on who comes first.
        body: what it does.
        daemon: it serves the others, and is left where it waits when they have ended.
    """
    thread = JoinableThread(scheduler, role, body, daemon=daemon)
    thread.start()
    return thread
