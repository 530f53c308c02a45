# SPDX-License-Identifier: GPL-2.0-only
"""Races on lists: a ring is changed under its lock, and walked by who knows of every change.

A walk without the lock reads links that nobody keeps from being changed, so it has to be ordered
with each change in some other way: the list is private for that time. `list_empty` alone reads
one word, marked as READ_ONCE against the WRITE_ONCE of who changes it, and is no race.
"""

import sys
from dataclasses import dataclass, field
from types import FrameType

from harness.detectors.races.access import Access, report_race
from harness.detectors.races.edges import RELINK, Clocks
from harness.detectors.races.excuse import Documented, is_excused
from harness.engine import Failure, Operation, Scheduler, model_function, within

WALK = "list"
CHANGE = "change"


@dataclass
class _Ring:
    """What is remembered of one ring."""

    changed: Access | None = None
    walks: dict[int, Access] = field(default_factory=dict)


class Rings:
    """The lists of one execution that have a lock."""

    def __init__(self, scheduler: Scheduler, clocks: Clocks, documented: Documented) -> None:
        """Begin with lists that nobody has touched.

        Args:
            scheduler: the execution's scheduler.
            clocks: what each thread knows.
            documented: the reasons of accesses that need no order, by function and family.
        """
        self._scheduler = scheduler
        self._clocks = clocks
        self._documented = documented
        self._rings: dict[str, _Ring] = {}

    def touches(self, operation: Operation) -> None:
        """Hear how the running thread touches a list, before the clocks do."""
        kind, me = operation.kind, self._scheduler.current
        if kind not in (WALK, CHANGE, RELINK) or not me.started:
            return
        frame = sys._getframe(1)
        function = model_function(frame)
        if is_excused(self._documented, function, operation.lock_class, me, operation.name):
            return
        if kind == RELINK:
            self._unlocked(operation, function)
        self._in_order(operation, function, frame)

    def _in_order(self, operation: Operation, function: str, frame: FrameType) -> None:
        """Look whether the thread knows of all that its access must not come beside."""
        kind, me = operation.kind, self._scheduler.current
        ring = self._rings.setdefault(operation.name, _Ring())
        clock = self._clocks.of(me)
        access = Access(
            me, clock[me.index], kind == CHANGE, self._scheduler.steps, function, tuple(me.held)
        )
        others = [] if ring.changed is None else [ring.changed]
        if kind == CHANGE:
            others += ring.walks.values()
        for other in others:
            if other.epoch > clock[other.thread.index]:
                report_race(
                    self._scheduler,
                    f"the links of {operation.name}",
                    operation.lock_class,
                    other,
                    access,
                    frame,
                    "a list is walked under its lock, or by who alone touches it then",
                )
        if kind == CHANGE:
            ring.changed = access
            ring.walks.clear()
        else:
            ring.walks[me.index] = access

    def _unlocked(self, operation: Operation, function: str) -> None:
        me = self._scheduler.current
        held = ", ".join(lock.name for lock in me.held) or "no lock"
        self._scheduler.fail(
            Failure(
                kind="list changed without its lock",
                message=f"{me} changes {operation.name}"
                f"{within(function and f'{function}()')}, holding {held}",
                functions=(function,),
                lock_classes=(operation.lock_class,),
            )
        )
