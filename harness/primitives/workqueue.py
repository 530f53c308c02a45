# SPDX-License-Identifier: GPL-2.0-only
"""Work queues: functions that are put off, and done one after the other by threads of the queue.

The rules are those of the kernel's workqueues. A work item is pending from when it is queued until
a worker begins with it; to queue what is pending does nothing and says so. While its function runs
the item may be queued again, and is done again afterwards: never twice at once, however many
workers there are. What was stored before the item was queued is there for its function. Work may
sleep.

`flush_work` waits until what was queued by then has been done, `cancel_work_sync` takes a pending
item off and waits for the running function, and lets nobody queue it meanwhile: by whichever queue
they are called, since an item knows on which it is. Whoever holds what the function waits for must
not call either, and the function itself least of all.
"""

from typing import NoReturn

from harness.engine import (
    Failure,
    Gate,
    Operation,
    Scheduler,
    model_function,
    operation,
)
from harness.primitives.atomic_context import check_may_sleep
from harness.primitives.joining import start_thread
from harness.primitives.lock_failures import leaves_nothing_held
from harness.primitives.work import Over, Work


class WorkQueue(Gate):
    """A queue of work with its workers, and the gate at which these idle (workqueue_struct).

    Attributes:
        name: the queue with its number, as reports print it.
        items: the pending items, in the order in which they were queued.
    """

    idle = True

    def __init__(self, scheduler: Scheduler, instance: str, workers: int = 1) -> None:
        """Make a queue, before the execution or inside it (alloc_workqueue).

        Args:
            scheduler: the execution's scheduler.
            instance: its number, as reports print it, and other than that of any other queue.
            workers: how many items may be under way at once (max_active); 1 for an ordered queue.
        """
        self._scheduler = scheduler
        self.name = f"workqueue[{instance}]"
        self.items: list[Work] = []
        self._found_shut = operation("found_shut", "workqueue", self.name)
        self._next = Operation("next_work", "workqueue", self.name, self)
        for number in range(workers):
            role = f"kworker/{instance}:{number}"
            start_thread(scheduler, role, self._serve, daemon=True)

    def __repr__(self) -> str:
        return f"WorkQueue({self.name}: {' '.join(map(str, self.items)) or 'empty'})"

    @property
    def shut(self) -> bool:  # type: ignore[override]  # it follows, and is never set
        """Whether no item can be begun with."""
        return all(work.running is not None for work in self.items)

    def describe_wait(self) -> str:
        """Say what a worker that waits here is waiting for."""
        return f"work in {self.name}"

    def queue_work(self, work: Work) -> bool:
        """Queue an item; return False if that is pending, or being cancelled (queue_work)."""
        scheduler = self._scheduler
        scheduler.point(operation("queue_work", "work", work.name))
        if scheduler.unwinding or work.pending is not None or work.cancelling:
            return False
        was_shut = self.shut
        work.last += 1
        work.pending = work.last
        work.queue = self
        self.items.append(work)
        self.changed("queue_work", found_shut=was_shut)
        return True

    def flush_work(self, work: Work) -> bool:
        """Wait until what was queued by now has been done; return whether there was any."""
        scheduler = self._scheduler
        if scheduler.unwinding:
            return False
        self._may_wait(work, "flush")
        scheduler.point(operation("read", "work", work.name))
        self._knows_what_is_done(work)
        numbers = [number for number in (work.running, work.pending) if number is not None]
        for number in numbers or [work.last]:
            self._wait(work, number)
        return bool(numbers)

    def cancel_work(self, work: Work) -> bool:
        """Take an item off if it is pending, and return whether it was; it may be running."""
        self._scheduler.point(operation("cancel_work", "work", work.name))
        return self._take_off(work)

    def cancel_work_sync(self, work: Work) -> bool:
        """Take an item off and wait for its function; return whether it was pending.

        Nobody queues it before this returns, not even its own function.
        """
        scheduler = self._scheduler
        if scheduler.unwinding:
            return False
        self._may_wait(work, "cancel")
        scheduler.point(operation("cancel_work", "work", work.name))
        self._knows_what_is_done(work)
        was_pending = self._take_off(work)
        work.cancelling += 1
        self._wait(work, work.last if work.running is None else work.running)
        work.cancelling -= 1
        scheduler.touch(operation("cancel_work", "work", work.name))
        return was_pending

    def _serve(self) -> None:
        """Do what is queued, for ever."""
        scheduler = self._scheduler
        me = scheduler.current
        while not scheduler.unwinding:
            scheduler.gated_point(self._next)
            work = next(work for work in self.items if work.running is None)
            self.items.remove(work)
            work.begin(me)
            scheduler.touch(operation("run_work", "work", work.name))
            work.function()
            leaves_nothing_held(scheduler, "lock held after work", work.name, "work")
            number, me.busy = work.end(), False
            scheduler.touch(operation("done", "work", work.name))
            scheduler.touch(operation("done", "work", work.queueing(number)))
            self._let_go(work)
            if work.pending is not None and work.queue is not None:
                work.queue.changed("done", found_shut=False)

    def _take_off(self, work: Work) -> bool:
        queue = work.queue
        if self._scheduler.unwinding or queue is None or work.pending is None:
            return False
        was_shut = queue.shut
        queue.items.remove(work)
        taken_off, work.pending = work.queueing(work.pending), None
        self._scheduler.touch(operation("cancel_work", "work", taken_off))
        self._scheduler.touch(operation("found_shut", "work", taken_off))
        self._let_go(work)
        queue.changed("cancel_work", found_shut=was_shut)
        return True

    def changed(self, kind: str, *, found_shut: bool) -> None:
        """Say that the queue is not as it was.

        Args:
            kind: what was done to it or to an item in it.
            found_shut: no item could be begun with before.
        """
        scheduler = self._scheduler
        scheduler.touch(operation(kind, "workqueue", self.name))
        if found_shut:
            scheduler.touch(self._found_shut)
        if scheduler.wants_growth and not self.shut:
            scheduler.opened(self)

    def _may_wait(self, work: Work, what: str) -> None:
        scheduler = self._scheduler
        check_may_sleep(scheduler, f"{what} {work.name}", "work")
        if work.worker is scheduler.current and work.running is not None:
            self._fail("deadlock", work, f"{work.name} waits for its own end")

    def _knows_what_is_done(self, work: Work) -> None:
        """Say that what was done by now comes before: the last queueing may be taken off."""
        self._scheduler.touch(operation("wait_for", "work", work.name))

    def _wait(self, work: Work, number: int) -> None:
        gate = Over(work, number)
        work.waiting.append(gate)
        self._scheduler.gated_point(Operation("wait_for", "work", work.queueing(number), gate))
        work.waiting.remove(gate)

    def _let_go(self, work: Work) -> None:
        """Say that some may have waited for what is over now."""
        if self._scheduler.wants_growth:
            for gate in work.waiting:
                if not gate.shut:
                    self._scheduler.opened(gate)

    def _fail(self, kind: str, work: Work, message: str) -> NoReturn:
        function = model_function()
        self._scheduler.fail(
            Failure(
                kind=kind,
                message=f"in {function}: {message}" if function else message,
                functions=(function,),
                lock_classes=("work",),
            )
        )
