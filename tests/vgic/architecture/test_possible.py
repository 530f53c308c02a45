# SPDX-License-Identifier: GPL-2.0-only
"""Is every order of calls that overlap followed, and no other?"""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from vgic.architecture.possible import Possible


def test_a_call_that_has_returned_has_had_its_effect() -> None:
    possible = Possible("")
    call = possible.begin(lambda text: (text + "a",))
    assert possible.states == {"", "a"}
    possible.finish(call)
    assert possible.states == {"a"}


def test_calls_one_after_the_other_are_in_order() -> None:
    possible = Possible("")
    for word in "ab":
        possible.finish(possible.begin(lambda text, word=word: (text + word,)))  # type: ignore[misc]
    assert possible.states == {"ab"}


@given(st.integers(1, 4))
def test_calls_that_overlap_come_in_each_order(count: int) -> None:
    words = "abcd"[:count]
    possible = Possible("")
    calls = [possible.begin(lambda text, word=word: (text + word,)) for word in words]  # type: ignore[misc]
    for call in calls:
        possible.finish(call)
    assert possible.states == {"".join(order) for order in itertools.permutations(words)}


def test_what_is_observed_meanwhile_leaves_only_what_it_fits() -> None:
    possible = Possible("")
    call = possible.begin(lambda text: (text + "a",))
    possible.observe(lambda text: (text + "!",) if "a" in text else ())
    assert possible.states == {"a!"}
    possible.finish(call)
    assert possible.states == {"a!"}


def test_a_call_may_have_its_effect_after_what_was_observed() -> None:
    possible = Possible("")
    call = possible.begin(lambda text: (text + "a",))
    possible.observe(lambda text: (text + "!",))
    assert possible.states == {"!", "a!", "!a"}
    possible.finish(call)
    assert possible.states == {"a!", "!a"}


def test_nothing_is_left_of_what_cannot_be() -> None:
    possible = Possible("")
    possible.observe(lambda text: ())
    assert not possible.elements


def test_a_call_may_leave_more_open_while_it_lasts() -> None:
    leaves_open: list[bool] = []
    possible = Possible("")
    call = possible.begin(lambda text: (text + "a", text) if leaves_open else (text + "a",))
    leaves_open.append(True)
    possible.follow()
    possible.finish(call)
    assert possible.states == {"", "a"}
