# SPDX-License-Identifier: GPL-2.0-only
"""Put off: what a barrier's action or a queue's worker does, and who may look at it.

Programs that look too early, each beside its right relative.
"""

from harness import Barrier, Scheduler, Work, WorkQueue
from tests.programs.data_race.handed_over import OpenBank


def _action_opens(scheduler: Scheduler, *, waits: bool) -> None:
    bank = OpenBank(scheduler)
    barrier = Barrier(scheduler, "0", 1 + waits, bank.opens)

    def looks() -> None:
        if waits:
            barrier.wait()
        bank.looks()

    bank.threads(looks, barrier.wait)


def looks_and_is_no_party(scheduler: Scheduler) -> None:
    """Wrong: it waits for nobody."""
    _action_opens(scheduler, waits=False)


def looks_after_the_action(scheduler: Scheduler) -> None:
    """Right: what the action did is there for all parties."""
    _action_opens(scheduler, waits=True)


def _action_looks(scheduler: Scheduler, *, comes: bool) -> None:
    bank = OpenBank(scheduler)
    barrier = Barrier(scheduler, "0", 2 + comes, bank.looks)

    def opens() -> None:
        bank.opens()
        if comes:
            barrier.wait()

    bank.threads(opens, barrier.wait, barrier.wait)


def action_looks_at_who_is_no_party(scheduler: Scheduler) -> None:
    """Wrong: nobody waits for the third."""
    _action_looks(scheduler, comes=False)


def action_looks_at_the_parties(scheduler: Scheduler) -> None:
    """Right: what all parties did before is there for the action."""
    _action_looks(scheduler, comes=True)


def _queued_again(scheduler: Scheduler, how: str) -> None:
    """The work may be done once, and its second queueing is taken off, or done too."""
    bank = OpenBank(scheduler)
    queue, opening = WorkQueue(scheduler, "0"), Work("opening", bank.opens)

    def queues() -> None:
        queue.queue_work(opening)
        queue.queue_work(opening)
        getattr(queue, how)(opening)
        bank.looks()

    bank.threads(queues)


def looks_when_work_is_only_taken_off(scheduler: Scheduler) -> None:
    """Wrong: the worker may be in the middle of the first."""
    _queued_again(scheduler, "cancel_work")


def looks_when_work_is_cancelled(scheduler: Scheduler) -> None:
    """Right: what was done by then is there."""
    _queued_again(scheduler, "cancel_work_sync")


def _flushed_and_taken_off(scheduler: Scheduler, *, waits: bool) -> None:
    """Another takes off the queueing that is waited for."""
    bank = OpenBank(scheduler)
    queue, opening = WorkQueue(scheduler, "0"), Work("opening", bank.opens)

    def queues() -> None:
        queue.queue_work(opening)
        queue.queue_work(opening)
        if waits:
            queue.flush_work(opening)
        bank.looks()

    bank.threads(queues, lambda: queue.cancel_work(opening))


def looks_though_work_is_queued_again(scheduler: Scheduler) -> None:
    """Wrong: it waits for neither."""
    _flushed_and_taken_off(scheduler, waits=False)


def looks_when_flushed_work_is_over(scheduler: Scheduler) -> None:
    """Right: flush_work also knows what was done before what it waits for."""
    _flushed_and_taken_off(scheduler, waits=True)


PAIRS = (
    (looks_and_is_no_party, looks_after_the_action),
    (action_looks_at_who_is_no_party, action_looks_at_the_parties),
    (looks_when_work_is_only_taken_off, looks_when_work_is_cancelled),
    (looks_though_work_is_queued_again, looks_when_flushed_work_is_over),
)
"""A program with a race, and its relative that has none."""
