# SPDX-License-Identifier: GPL-2.0-only
"""Are all orders followed that a trace leaves open, and no others?"""

import pytest

from vgic.architecture import ALL, Deed, Orders, State, TooMany, effects, observe, orders
from vgic.architecture.effects import Effect

EDGE = State(target=0)
SENDS = effects.drive(level=True)
TAKES = effects.acknowledge(0, ALL, has_active_state=True)
LOADS = effects.load(0, ALL)


def followed(*threads: list[tuple[Effect, tuple[int, ...]]]) -> Orders:
    """Follow threads of deeds, each with how many deeds of each thread are over before it."""
    places = iter(range(100))
    deeds = [[Deed(next(places), *each) for each in thread] for thread in threads]
    return Orders([EDGE], deeds, [LOADS])


def test_what_two_threads_do_may_come_in_either_order() -> None:
    found = followed([(SENDS, (0, 0))], [(TAKES, (0, 0))])
    assert found.is_possible
    assert found.states == {EDGE._replace(active=True, handler=0)}


def test_what_is_known_to_come_later_does() -> None:
    found = followed([(SENDS, (0, 1))], [(TAKES, (0, 0))])
    assert not found.is_possible
    deed, states = found.stuck()
    assert (deed.place, states) == (1, {EDGE})


def test_a_vcpu_loads_at_any_moment() -> None:
    assert followed([(SENDS, (0,)), (TAKES, (1,))]).is_possible


def test_it_has_nothing_loaded_that_was_withdrawn_before_it_went_in_again() -> None:
    off, behind = effects.set_enabled(enabled=False), (2,)
    assert followed([(SENDS, (0,)), (off, (1,)), (TAKES, behind)]).is_possible
    assert not followed([(SENDS, (0,)), (off, (1,)), (LOADS, behind), (TAKES, behind)]).is_possible


def test_the_first_in_the_trace_of_those_that_could_not_be_is_named() -> None:
    found = followed([(TAKES, (0, 0))], [(TAKES, (0, 0))])
    assert found.stuck()[0].place == 0


def test_what_is_read_leaves_what_it_fits() -> None:
    active = observe(lambda state: state.active, True)
    assert not followed([(active, (0,))]).is_possible
    assert followed([(SENDS, (0,)), (TAKES, (1,)), (active, (2,))]).is_possible
    assert followed([(observe(lambda _: None, True), (0,))]).is_possible


def test_what_leaves_too_much_open_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "STATES_MAX", 100)
    threads: list[list[tuple[Effect, tuple[int, ...]]]] = [
        [(SENDS, (0,) * 5)] * 5 for _ in range(5)
    ]
    with pytest.raises(TooMany):
        followed(*threads)
