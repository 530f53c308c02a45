# SPDX-License-Identifier: GPL-2.0-only
"""Does a history give back every moment, though it keeps only what changed?"""

from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Change
from harness.schedule.history import History, Moment, State

FIELDS = st.dictionaries(st.sampled_from(["", "x", "y"]), st.sampled_from("012"), min_size=1)
CHANGES = st.lists(st.dictionaries(st.sampled_from("abcd"), FIELDS), min_size=1, max_size=12)


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
        assert [thing in moment for thing in "abcd"] == [thing in world for thing in "abcd"]
        assert moment.get("e") is None


def differences(before: State, after: State) -> set[Change]:
    return {
        Change(thing, field, old, new)
        for thing, fields in after.items()
        for field in {**before.get(thing, {}), **fields}
        if (old := before.get(thing, {}).get(field, "")) != (new := fields.get(field, ""))
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
        [{"b": {"": "0"}, "a": {"": "0"}}, {"c": {"": "0"}}, {"a": {}}]
    )
    assert (list(first), list(third)) == (["b", "a"], ["b", "a", "c"])
    assert list(first.until(third)) == [Change("c", "", "", "0"), Change("a", "", "0", "")]
    assert list(second.until(second)) == []
