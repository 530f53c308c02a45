# SPDX-License-Identifier: GPL-2.0-only
"""Is what is proposed instead of a schedule simpler, and is the simplest that fails found?"""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from harness import Deviation, Label
from harness.schedule import drop_runs, simplify
from harness.schedule.simpler import first, shorter

Schedule = tuple[Deviation, ...]

ROLES = st.sampled_from(["vcpu0", "vcpu1", "vcpu2", "dev0", "dev1"])
LABELS = st.builds(Label, st.just("lock"), st.sampled_from("fg"), st.just("l"), st.integers(1, 5))
SCHEDULES = st.lists(
    st.builds(Deviation, ROLES, st.integers(1, 50), ROLES, LABELS), max_size=6
).map(tuple)


class Failing:
    """The shortest schedule so far that fails, by a rule of a test's own."""

    def __init__(self, schedule: Schedule, fails: Callable[[Schedule], bool]) -> None:
        self.schedule = schedule
        self.preemptions = schedule
        self._fails = fails
        self.patient: list[Deviation] = []

    def consider(self, schedule: Schedule, *, patient: Deviation | None = None) -> bool:
        if patient is not None:
            self.patient.append(patient)
        better = len(schedule) < len(self.schedule) and self._fails(schedule)
        if better:
            self.schedule = self.preemptions = schedule
        return better


def at(number: int, to: str = "b") -> Deviation:
    return Deviation("a", number, to)


def test_what_matters_is_left_and_nothing_else() -> None:
    matter = {at(3), at(11)}
    failing = Failing(tuple(map(at, range(20))), lambda schedule: matter <= set(schedule))
    simplify(failing)
    assert set(failing.schedule) == matter


def test_two_that_only_undo_each_other_are_left_out_together() -> None:
    undo = {at(1), at(2)}
    failing = Failing(
        (at(0), at(1), at(2)),
        lambda schedule: at(0) in schedule and len(undo & set(schedule)) in (0, 2),
    )
    simplify(failing)
    assert failing.schedule == (at(0),)


def test_each_preemption_is_asked_to_wait() -> None:
    failing = Failing((at(1), at(2)), lambda schedule: False)
    simplify(failing)
    assert failing.patient == [at(1), at(2)]


@given(st.integers(0, 40), st.sets(st.integers(0, 39)))
def test_runs_are_dropped_as_far_as_that_works(length: int, needed: set[int]) -> None:
    left = list(range(length))

    def drop(begin: int, end: int) -> bool:
        if needed & set(left[begin:end]):
            return False
        del left[begin:end]
        return True

    drop_runs(lambda: len(left), drop)
    assert left == sorted(needed & set(range(length)))


@given(SCHEDULES)
def test_a_shorter_way_is_one_deviation_shorter(schedule: Schedule) -> None:
    for other in shorter(schedule):
        assert len(other) == len(schedule) - 1


@given(SCHEDULES)
def test_one_thread_goes_first(schedule: Schedule) -> None:
    begun = first("dev0", schedule)
    assert (begun[0].role, begun[0].to) == ("start", "dev0")
    assert begun[1:] == schedule
