# SPDX-License-Identifier: GPL-2.0-only
"""Timers: a function that is called some time later, on a thread of the timer's own.

The rules are those of the kernel's timer_list. An armed timer fires at any moment that the schedule
chooses, by default when nobody else can go on (harness.engine.timeouts); its function runs as a
handler does, so it must not sleep, and may arm the timer anew. `del_timer` takes the timer off, and
the function may still be running when it returns; `del_timer_sync` also waits until that is over,
so who holds what the function waits for must not call it, and the function itself least of all.
(Since 2025 the kernel calls them timer_delete and timer_delete_sync.)

Differs: a timer has a thread and not a CPU, so a handler of another timer may run beside it, and a
thread that has turned interrupts off keeps none from firing: take the lock that the function takes.
"""

from collections.abc import Callable

from harness.engine import Failure, Gate, Operation, Scheduler, Thread, model_function, operations
from harness.primitives.host_interrupt import run_on_top
from harness.primitives.joining import start_thread


class _Time(Gate):
    """Where the timer's thread stands: it goes on when the time is up, if the timer is armed."""

    __slots__ = ("_timer",)

    shut = True
    idle = True

    def __init__(self, timer: "Timer") -> None:
        self._timer = timer

    @property
    def armed(self) -> bool:  # type: ignore[override]  # it follows, and is never set
        """Whether the time runs."""
        return self._timer.pending

    def describe_wait(self) -> str:
        """Say what the timer's thread is waiting for."""
        return f"{self._timer.name} to be armed"


class _Running(Gate):
    """Where threads wait until the timer's function is over."""

    __slots__ = ("_timer",)

    def __init__(self, timer: "Timer") -> None:
        self._timer = timer

    @property
    def shut(self) -> bool:  # type: ignore[override]  # it follows, and is never set
        """Whether the function runs."""
        return self._timer.running

    @property
    def holder(self) -> Thread:
        """The timer's thread, on which it runs."""
        return self._timer.thread

    def describe_wait(self) -> str:
        """Say what a thread that waits here is waiting for."""
        return f"the function of {self._timer.name} to be over"


class Timer:
    """A timer, not armed at first (struct timer_list).

    Attributes:
        name: the timer with its number, as reports print it.
        pending: it is armed.
        running: its function runs.
        thread: the thread on which that is; its role is the timer's name.
    """

    def __init__(self, scheduler: Scheduler, instance: str, function: Callable[[], object]) -> None:
        """Set up a timer, before the execution or inside it (timer_setup).

        Args:
            scheduler: the execution's scheduler.
            instance: its number, as reports print it, and other than that of any other timer.
            function: what is called when it fires, as a handler.
        """
        self._scheduler = scheduler
        self._function = function
        self.name = f"timer[{instance}]"
        self.pending = False
        self.running = False
        self._running = _Running(self)
        self._mod, self._del, self._found_shut = operations(
            "timer", self.name, "mod_timer", "del_timer", "found_shut"
        )
        self._fire = Operation("fire", "timer", self.name, _Time(self))
        # An object of its own to searches: what happens to it keeps no timer from firing.
        function_name = f"{self.name}.function"
        self._begins, self._done = operations("timer", function_name, "fire", "done")
        self._waited = Operation("wait_for", "timer", function_name, self._running)
        self.thread = start_thread(scheduler, self.name, self._serve, daemon=True)

    def __repr__(self) -> str:
        state = "runs" if self.running else "armed" if self.pending else "not armed"
        return f"Timer({self.name}, {state})"

    def mod_timer(self) -> bool:
        """Arm it, or put off when it fires; return whether it was armed (mod_timer)."""
        scheduler = self._scheduler
        scheduler.point(self._mod)
        if scheduler.unwinding:
            return False
        was_pending = self.pending
        if not was_pending:
            scheduler.touch(self._found_shut)
            scheduler.may_time_out()
        self.pending = True
        return was_pending

    def del_timer(self) -> bool:
        """Take it off; return whether it was armed. Its function may be running (del_timer)."""
        scheduler = self._scheduler
        scheduler.point(self._del)
        return self._take_off()

    def del_timer_sync(self) -> bool:
        """Take it off and wait until its function is over; return whether it was armed.

        If the function arms it anew meanwhile, it is taken off again. Anybody else who does has to
        be stopped before.
        """
        scheduler = self._scheduler
        if scheduler.current is self.thread and not scheduler.unwinding:
            function = model_function()
            scheduler.fail(
                Failure(
                    kind="deadlock",
                    message=f"the function of {self.name} waits in {function} for its own end",
                    functions=(function,),
                    lock_classes=("timer",),
                )
            )
        was_pending = self.del_timer()
        scheduler.gated_point(self._waited)
        if not scheduler.unwinding:
            scheduler.touch(self._del)
        return self._take_off() or was_pending

    def _take_off(self) -> bool:
        scheduler = self._scheduler
        if scheduler.unwinding:
            return False
        was_pending, self.pending = self.pending, False
        if not was_pending:
            scheduler.touch(self._found_shut)
        return was_pending

    def _serve(self) -> None:
        scheduler = self._scheduler
        while not scheduler.unwinding:
            scheduler.gated_point(self._fire)
            scheduler.time_is_up_for(scheduler.current)
            self.pending = False
            self.running = self.thread.busy = True
            scheduler.touch(self._begins)
            run_on_top(scheduler, self.name, self.thread, self._function)
            self.running = self.thread.busy = False
            scheduler.touch(self._done)
            if scheduler.wants_growth:
                scheduler.opened(self._running)
