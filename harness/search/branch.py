# SPDX-License-Identifier: GPL-2.0-only
"""Following one branch of the tree of a program's executions, and choosing where it has ended.

A branch is a list of choice points. The strategy here takes at each the thread that is to be tried
there, and past the last one adds new ones. It takes no thread that sleeps: one whose next step was
tried before from the same place, with nothing since that depends on it. When all that could go on
sleep the execution is abandoned. What is tried at all is decided in reduction.py.
"""

from collections.abc import Callable, Sequence

from harness.engine import START, Diverged, NotDeterministic, Operation, Thread, Touch
from harness.search.dependency import any_conflicting

Footprint = tuple[Operation, ...]
Choose = Callable[[Sequence[int]], int]


def quietest(awake: Sequence[int]) -> int:
    """Choose the quiet default."""
    return awake[0]


class ChoicePoint:
    """A place in the tree of executions at which a thread is chosen.

    Attributes:
        enabled: the threads that could go on, the quiet default first.
        pending: what each unfinished thread stood before, enabled or not.
        asleep: the threads that need not be tried here, and what their steps touch.
        to_try: the threads that have to be tried, in the order in which that was noticed.
        chosen: the thread that is tried now.
    """

    def __init__(
        self,
        enabled: tuple[int, ...],
        pending: dict[int, Operation],
        asleep: dict[int, Footprint],
        chosen: int,
    ) -> None:
        self.enabled = enabled
        self.pending = pending
        self.asleep = asleep
        self.to_try = [chosen]
        self.chosen = chosen

    def has_to_try_one_of(self, threads: Sequence[int]) -> None:
        """Enter one of the threads, unless one of them is or sleeps already."""
        if not any(thread in self.to_try or thread in self.asleep for thread in threads):
            possible = [thread for thread in self.enabled if thread in threads]
            self.to_try += possible[:1]

    def tried(self, footprint: Footprint) -> bool:
        """Lay the chosen thread to sleep and choose the next to try; False if none is left."""
        self.asleep[self.chosen] = footprint
        for thread in self.to_try:
            if thread not in self.asleep:
                self.chosen = thread
                return True
        return False


class Reducing:
    """Follows the choice points there are, then chooses among those awake."""

    next_point = 0
    asks_on_growth = False

    def __init__(
        self, points: list[ChoicePoint], touches: list[Touch], choose: Choose = quietest
    ) -> None:
        """Begin at the root.

        Args:
            points: the branch to follow; it grows by what comes after.
            touches: where the execution puts what its steps touch.
            choose: picks one of the threads awake where the branch has ended.
        """
        self._points = points
        self._touches = touches
        self._choose = choose
        self._touched = 0
        self._number = -1
        self._published = START
        self._threads: Sequence[Thread] = ()

    def begin(self, threads: Sequence[Thread]) -> None:
        """Learn who there is."""
        self._threads = threads

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Take the thread that is to be tried here."""
        self._number += 1
        if self._number == len(self._points):
            self._points.append(self._new_point(step, options))
        self._touched = len(self._touches)
        chosen = self._points[self._number].chosen
        for index, thread in enumerate(options):
            if thread.index == chosen:
                self._published = thread.op
                return index
        raise NotDeterministic("the program did other things under the same schedule")

    def _new_point(self, step: int, options: Sequence[Thread]) -> ChoicePoint:
        asleep = self._still_asleep() if self._number else {}
        awake = [thread.index for thread in options if thread.index not in asleep]
        if not awake:
            raise Diverged(step, "somebody who has to be tried", "everybody asleep")
        return ChoicePoint(
            enabled=tuple(thread.index for thread in options),
            pending={thread.index: thread.op for thread in self._threads if not thread.finished},
            asleep=asleep,
            chosen=self._choose(awake),
        )

    def _still_asleep(self) -> dict[int, Footprint]:
        """Return who sleeps through the step just taken."""
        before = self._points[self._number - 1]
        taken = [self._published, *(touched for _, touched in self._touches[self._touched :])]
        return {
            thread: footprint
            for thread, footprint in before.asleep.items()
            if not any_conflicting(footprint, taken)
        }
