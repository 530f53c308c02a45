# SPDX-License-Identifier: GPL-2.0-only
"""Put off: what a barrier's action or a queue's worker does, and who may look at it.

Programs that look too early, each beside its right relative.
"""

from harness import Barrier, Scheduler
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


PAIRS = (
    (looks_and_is_no_party, looks_after_the_action),
    (action_looks_at_who_is_no_party, action_looks_at_the_parties),
)
"""A program with a race, and its relative that has none."""
