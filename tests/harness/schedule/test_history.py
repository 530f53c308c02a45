# SPDX-License-Identifier: GPL-2.0-only
"""Does a history give back every moment, though it keeps only what changed?"""

from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Change
from harness.schedule.history import Fields, History, Moment, State, Thing


class Word(NamedTuple):
    value: int


class Point(NamedTuple):
    x: int | None
    y: int | None


NUMBERS = st.none() | st.integers(0, 2)
A, B, C, D, E = (Thing(Word, "a"), Thing(Word, "b"), *(Thing(Point, name) for name in "cde"))
CHANGES = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys((A, B), st.builds(Word, st.integers(0, 2))),
            **dict.fromkeys((C, D), st.builds(Point, NUMBERS, NUMBERS)),
        },
    ),
    min_size=1,
    max_size=12,
)


def moments_of(changes: list[State]) -> list[Moment]:
    history = History()
    return [history.add(changed) for changed in changes]


def worlds_of(changes: list[State]) -> list[State]:
    """Return what the world is at each moment, whole."""
    worlds: list[State] = []
    for changed in changes:
        worlds.append({**(worlds[-1] if worlds else {}), **changed})
    return worlds


@settings(max_examples=150, deadline=None)
@given(CHANGES)
def test_every_moment_is_what_the_world_was(changes: list[State]) -> None:
    for moment, world in zip(moments_of(changes), worlds_of(changes), strict=True):
        assert dict(moment) == world
        assert len(moment) == len(world)
        assert [thing in moment for thing in (A, B, C, D)] == [
            thing in world for thing in (A, B, C, D)
        ]
        assert moment.get(E) is None


def values(fields: Fields | None) -> dict[str, object]:
    return {} if fields is None else fields._asdict()


def differences(before: State, after: State) -> set[Change]:
    return {
        Change(thing, field, old, new)
        for thing, fields in after.items()
        for field, new in values(fields).items()
        if (old := values(before.get(thing)).get(field)) != new
    }


@settings(max_examples=150, deadline=None)
@given(CHANGES)
def test_between_any_two_moments_lies_what_differs(changes: list[State]) -> None:
    moments, worlds = moments_of(changes), worlds_of(changes)
    for i, before in enumerate(moments):
        for j in range(i, len(moments)):
            told = list(before.until(moments[j]))
            assert len(told) == len(set(told))
            assert set(told) == differences(worlds[i], worlds[j])


def test_objects_and_changes_are_named_in_the_order_in_which_they_came() -> None:
    first, second, third = moments_of(
        [{B: Word(0), C: Point(0, None)}, {A: Word(1)}, {C: Point(None, 2)}]
    )
    assert (list(first), list(third)) == ([B, C], [B, C, A])
    assert list(first.until(third)) == [
        Change(A, "value", None, 1),
        Change(C, "x", 0, None),
        Change(C, "y", None, 2),
    ]
    assert list(second.until(second)) == []
