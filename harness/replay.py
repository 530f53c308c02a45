# SPDX-License-Identifier: GPL-2.0-only
"""Replay: follow a recorded schedule, strictly or as well as an edited program allows.

Strict replay takes each deviation at its (thread, n-th operation) and checks what stands there.
Where that no longer fits, a second run follows the deviations re-anchored: each at the n-th
operation of the same look in its thread, wherever that has moved to. `Labels` runs along any
schedule and finds out what those looks are.
"""

from collections.abc import Sequence

from harness.failures import Diverged
from harness.frames import model_function
from harness.schedule import Deviation, Label
from harness.threads import Thread

_SLACK = 8
"""By how many operations a deviation may miss its place before any place will do."""


class _Labelling:
    """Names the operation each thread is about to do, counting those that look alike.

    Attributes:
        labelled: the deviations taken so far, each with its label.
        preemptions: those of them at which the thread could have gone on.
    """

    next_point = 0
    asks_on_growth = False

    def __init__(self) -> None:
        self._alike: dict[tuple[str, str, str, str], int] = {}
        self.labelled: list[Deviation] = []
        self.preemptions: list[Deviation] = []

    def begin(self, threads: Sequence[Thread]) -> None:
        """Nothing to learn."""

    def _label(self, me: Thread) -> Label:
        operation = me.op
        # Before the first step and after its last one a thread is in no model function.
        function = "" if me.finished or me.index < 0 else model_function()
        alike = (me.role, operation.kind, function, operation.lock_class)
        nth = self._alike.get(alike, 0) + 1
        self._alike[alike] = nth
        return Label(operation.kind, function, operation.lock_class, nth)

    def _take(self, me: Thread, options: Sequence[Thread], index: int, label: Label) -> int:
        """Note a deviation as it is taken."""
        deviation = Deviation(me.role, me.ops, options[index].role, label)
        self.labelled.append(deviation)
        if options[0] is me:
            self.preemptions.append(deviation)
        return index


def _index_of(role: str, options: Sequence[Thread]) -> int | None:
    for index, option in enumerate(options):
        if option.role == role:
            return index
    return None


class Labels(_Labelling):
    """Follows a schedule by position and labels its deviations."""

    def __init__(self, deviations: Sequence[Deviation]) -> None:
        super().__init__()
        self._to = {(deviation.role, deviation.n): deviation.to for deviation in deviations}

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Take the recorded choice, the quiet default where there is none."""
        label = self._label(me)
        to = self._to.get((me.role, me.ops))
        if to is None:
            return 0
        index = _index_of(to, options)
        if index is None:
            raise Diverged(step, f"{me.role} to give way to {to}", f"{to} not enabled")
        return self._take(me, options, index, label)


class StrictReplay(_Labelling):
    """Follows a schedule to the letter and raises Diverged where it does not fit."""

    def __init__(self, deviations: Sequence[Deviation]) -> None:
        super().__init__()
        self._due = {(deviation.role, deviation.n): deviation for deviation in deviations}

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Take the recorded choice if what stands here is what stood there."""
        label = self._label(me)
        deviation = self._due.pop((me.role, me.ops), None)
        if deviation is None:
            return 0
        place = f"operation {me.ops} of {me.role}"
        if deviation.label is not None and deviation.label != label:
            raise Diverged(step, f"{place} to be {deviation.label}", str(label))
        index = _index_of(deviation.to, options)
        if index is None:
            enabled = ", ".join(option.role for option in options)
            raise Diverged(
                step, f"{place} to give way to {deviation.to}", f"only {enabled} can go on"
            )
        return self._take(me, options, index, label)

    @property
    def never_reached(self) -> list[Deviation]:
        """The deviations whose place was never reached, in the schedule's order."""
        return list(self._due.values())


class LenientReplay(_Labelling):
    """Follows a schedule by what its deviations look like, as far as they can be placed.

    A deviation belongs before the operation that looks like the recorded one, wherever in its
    thread that has moved to. If none has come by a few operations after the place where it
    should have been, the next one at which the other thread can go on has to do.
    """

    def __init__(
        self,
        deviations: Sequence[Deviation],
        *,
        anywhere: bool = True,
        patient: Deviation | None = None,
    ) -> None:
        """Prepare to follow a schedule.

        Args:
            deviations: the schedule.
            anywhere: a deviation whose look is gone may be taken at another place.
            patient: one of them that waits at its place until its thread cannot go on, so that
                it preempts nobody.
        """
        super().__init__()
        self._anywhere = anywhere
        self._patient = patient
        self._waiting = False
        self._left: dict[str, list[Deviation]] = {}
        for deviation in deviations:
            self._left.setdefault(deviation.role, []).append(deviation)
        self._drift: dict[str, int] = {}

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Take the recorded choice if it is one of the options."""
        label = self._label(me)
        left = self._left.get(me.role)
        if not left:
            return 0
        deviation = next((each for each in left if each.label == label), None)
        if deviation is not None and deviation is self._patient:
            self._waiting = True
        if self._waiting and self._patient in left:
            if options[0] is me:
                return 0
            deviation = self._patient
        if deviation is None:
            if not self._anywhere:
                return 0
            due = left[0].n + self._drift.get(me.role, 0) + (_SLACK if left[0].label else 0)
            if me.ops < due:
                return 0
            deviation = left[0]
        else:
            self._drift[me.role] = me.ops - deviation.n
        index = _index_of(deviation.to, options)
        if index is None:
            return 0
        left.remove(deviation)
        return self._take(me, options, index, label)

    @property
    def unplaced(self) -> list[Deviation]:
        """The deviations that found no place."""
        return [deviation for left in self._left.values() for deviation in left]
