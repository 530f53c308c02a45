# SPDX-License-Identifier: GPL-2.0-only
"""Broken barriers: what was done before one is broken or reset is there for whom it sends away."""

from harness import Barrier, BrokenBarrier, Scheduler
from tests.programs.data_race.handed_over import OpenBank


def _broken(scheduler: Scheduler, *, resets: bool, opens_before: bool) -> None:
    """One breaks the barrier at which the other waits, or comes too late."""
    bank, barrier = OpenBank(scheduler), Barrier(scheduler, "0", 2)

    def opens() -> None:
        if opens_before:
            bank.opens()
        if resets:
            barrier.reset()
        # Whoever comes after a reset would wait for ever.
        barrier.abort()
        if not opens_before:
            bank.opens()

    def looks() -> None:
        try:
            barrier.wait()
        except BrokenBarrier:
            bank.looks()

    bank.threads(opens, looks)


def opens_when_it_is_broken(scheduler: Scheduler) -> None:
    """Wrong: whoever is sent away looks at once."""
    _broken(scheduler, resets=False, opens_before=False)


def opens_before_it_is_broken(scheduler: Scheduler) -> None:
    """Right: who breaks a barrier does so after what it did before."""
    _broken(scheduler, resets=False, opens_before=True)


def opens_when_it_is_reset(scheduler: Scheduler) -> None:
    """Wrong: whoever waited is sent away and looks at once."""
    _broken(scheduler, resets=True, opens_before=False)


def opens_before_it_is_reset(scheduler: Scheduler) -> None:
    """Right: a reset sends away who waits, after what was done before it."""
    _broken(scheduler, resets=True, opens_before=True)


PAIRS = (
    (opens_when_it_is_broken, opens_before_it_is_broken),
    (opens_when_it_is_reset, opens_before_it_is_reset),
)
"""What is wrong, each beside its right relative."""
