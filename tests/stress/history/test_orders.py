# SPDX-License-Identifier: GPL-2.0-only
"""Is a circle found that two nights close together, and none that one of them closes alone?"""

from dataclasses import replace

import pytest

from stress.history import Edge, across_nights
from tests.stress.history.records import edge


def orders(text: str, night: str = "") -> list[Edge]:
    """Return orders from a text: `ab bc` for two."""
    return [edge(each[0], each[1], f"vs2-{each}{night}") for each in text.split()]


def circles(tonight: str, earlier: str) -> list[list[str]]:
    found = across_nights(orders(tonight), orders(earlier, "'")).cycles
    return [list(cycle.tokens) for cycle in found]


@pytest.mark.parametrize(
    ("tonight", "earlier", "expected"),
    [
        ("ba", "ab", [["vs2-ba", "vs2-ab'"]]),
        ("ca", "ab bc", [["vs2-ca", "vs2-ab'", "vs2-bc'"]]),
        ("bc ca", "ab", [["vs2-ca", "vs2-ab'", "vs2-bc"]]),
        ("ba dc", "ab cd", [["vs2-ba", "vs2-ab'"], ["vs2-dc", "vs2-cd'"]]),
        # All in one direction.
        ("ab bc", "ac cd", []),
        ("ab", "ab", []),
        # This night has reported it, or an earlier one has.
        ("ab ba", "", []),
        ("ab ba", "ab", []),
        ("ba ab", "ab", []),
        ("", "ab ba", []),
        ("ba", "ab ba", []),
        ("cd", "ab ba", []),
        # One that is its own beside one that is not.
        ("ab ba dc", "cd", [["vs2-dc", "vs2-cd'"]]),
    ],
)
def test_circles(tonight: str, earlier: str, expected: list[list[str]]) -> None:
    assert circles(tonight, earlier) == expected


def test_a_circle_of_earlier_nights_is_told_from_one_of_tonight() -> None:
    both = across_nights(orders("ba cd"), orders("ab dc cd", "'"))
    assert [cycle.tokens for cycle in both.cycles] == [("vs2-ba", "vs2-ab'")]
    assert [cycle.tokens for cycle in both.older] == [("vs2-cd'", "vs2-dc'")]
    assert across_nights(orders("ba"), orders("ab")).older == ()
    assert across_nights([], orders("ab bc")).older == ()


def test_a_circle_is_named_by_its_locks_and_functions() -> None:
    (cycle,) = across_nights(orders("ba"), orders("ab")).cycles
    assert cycle.identity == "lock order across executions in vgic_queue_irq_unlock on a, b"
    (again,) = across_nights(orders("ab"), orders("ba")).cycles
    assert again.identity == cycle.identity


def test_a_documented_order_needs_no_execution() -> None:
    documented = replace(edge("a", "b"), role="", token="")
    (cycle,) = across_nights(orders("ba"), [documented]).cycles
    assert cycle.tokens == ("vs2-ba",)
    assert len(cycle.edges) == 2
