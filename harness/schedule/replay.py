# SPDX-License-Identifier: GPL-2.0-only
"""Replay: follow a recorded schedule, strictly or as well as an edited program allows.

Strict replay takes each deviation at its (thread, n-th operation) and checks what stands there.
Where that no longer fits, a second run takes each deviation at the n-th operation of the same look
in its thread, wherever that has moved to; anchoring.py has what comes after that. `Labels` runs
along any schedule and finds out what those looks are.
"""

from collections import deque
from collections.abc import Sequence

from harness.engine import Deviation, Diverged, Label, Thread, model_function, printable_name


class _Labelling:
    """Names the operation each thread is about to do, counting those that look alike.

    Attributes:
        labelled: the deviations taken so far, each with its label.
        preemptions: those of them at which the thread could have gone on.
        stands_before: the label of the operation before which the running thread stands.
    """

    next_point = 0
    asks_on_growth = False

    def __init__(self) -> None:
        self._alike: dict[tuple[str, str, str, str], int] = {}
        self.labelled: list[Deviation] = []
        self.preemptions: list[Deviation] = []
        self.stands_before = Label("", "", "", 0)

    def begin(self, threads: Sequence[Thread]) -> None:
        """Nothing to learn."""

    def _label(self, me: Thread) -> Label:
        operation = me.op
        # Before the first step and after its last one a thread is in no model function.
        function = "" if me.finished or me.index < 0 else model_function()
        kind, lock_class = printable_name(operation.kind), printable_name(operation.lock_class)
        alike = (me.role, kind, function, lock_class)
        nth = self._alike.get(alike, 0) + 1
        self._alike[alike] = nth
        self.stands_before = Label(kind, function, lock_class, nth)
        return self.stands_before

    def _take(self, me: Thread, options: Sequence[Thread], index: int, label: Label) -> int:
        """Note a deviation as it is taken."""
        deviation = Deviation(me.role, me.ops, options[index].role, label)
        self.labelled.append(deviation)
        if options[0] is me:
            self.preemptions.append(deviation)
        return index


class _Left:
    """The deviations of one thread that have not been taken, in order, and by what they look like.

    There may be as many as there are steps, so nothing here takes longer the more there are.
    """

    def __init__(self) -> None:
        self._in_order: dict[int, Deviation] = {}
        self._by_label: dict[Label | None, deque[int]] = {}
        self._number = 0

    def add(self, deviation: Deviation) -> None:
        self._in_order[self._number] = deviation
        self._by_label.setdefault(deviation.label, deque()).append(self._number)
        self._number += 1

    def like(self, label: Label | None) -> Deviation | None:
        """Return the first that looks like this."""
        numbers = self._by_label.get(label)
        return self._in_order[numbers[0]] if numbers else None

    def at(self, n: int) -> Deviation | None:
        """Return the first that has no label, if it belongs before the n-th operation."""
        deviation = self.like(None)
        return deviation if deviation is not None and deviation.n == n else None

    def remove(self, deviation: Deviation) -> None:
        """Take out one that `like` or `at` has returned: it is the first of its look."""
        del self._in_order[self._by_label[deviation.label].popleft()]

    def all(self) -> list[Deviation]:
        return list(self._in_order.values())


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
    thread that has moved to; one without a label belongs where it was recorded.

    Attributes:
        placed: the deviations that found a place, as they were given: those of `labelled`.
    """

    def __init__(
        self, deviations: Sequence[Deviation], *, patient: Deviation | None = None
    ) -> None:
        """Prepare to follow a schedule.

        Args:
            deviations: the schedule.
            patient: one of them that waits at its place until its thread cannot go on, so that
                it preempts nobody.
        """
        super().__init__()
        self._patient = patient
        self._waiting = False
        self._left: dict[str, _Left] = {}
        self.placed: list[Deviation] = []
        for deviation in deviations:
            self._left.setdefault(deviation.role, _Left()).add(deviation)

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Take the recorded choice if it is one of the options."""
        label = self._label(me)
        left = self._left.get(me.role)
        if left is None:
            return 0
        deviation = left.like(label) or left.at(me.ops)
        patient = self._patient
        if deviation is not None and deviation is patient:
            self._waiting = True
        if self._waiting and patient is not None and left.like(patient.label) == patient:
            if options[0] is me:
                return 0
            deviation = patient
        index = None if deviation is None else _index_of(deviation.to, options)
        if deviation is None or index is None:
            return 0
        left.remove(deviation)
        self.placed.append(deviation)
        return self._take(me, options, index, label)

    @property
    def unplaced(self) -> list[Deviation]:
        """The deviations that found no place."""
        return [deviation for left in self._left.values() for deviation in left.all()]
