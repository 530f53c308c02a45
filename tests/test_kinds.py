# SPDX-License-Identifier: GPL-2.0-only
"""Does every kind of operation stand in every table that has one?"""

import ast
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import harness
import vgic
from harness.checking import operations as checking
from harness.detectors.races.edges import EDGES, ORDERS_NOTHING
from harness.search.dependency import COMMUTE_WITH_NOTHING, MODES
from stress.explaining.operations import WEIGHTS, WORDS

KINDS_ARE_ARGUMENTS = {
    "Operation": slice(0, 1),
    "operation": slice(0, 1),
    "operations": slice(2, None),
}


def kinds_of_operations(source: str) -> Iterator[str]:
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            kinds = call.args[KINDS_ARE_ARGUMENTS.get(call.func.id, slice(0))]
            yield from (
                kind.value
                for kind in kinds
                if isinstance(kind, ast.Constant) and isinstance(kind.value, str)
            )


def kinds_of(*rooms: ModuleType) -> set[str]:
    """Return the kinds of operations that the source of some rooms makes."""
    sources = [path for room in rooms for path in Path(str(room.__file__)).parent.rglob("*.py")]
    return {kind for source in sources for kind in kinds_of_operations(source.read_text("utf-8"))}


def test_kinds_are_found_in_each_way_to_make_an_operation() -> None:
    source = 'Operation("a", "", "x"), operation("b", "", "x"), operations("", "x", "c", "d")'
    assert list(kinds_of_operations(source)) == ["a", "b", "c", "d"]


def test_every_kind_orders_or_is_said_not_to() -> None:
    assert kinds_of(harness) == set(EDGES) | ORDERS_NOTHING
    assert not set(EDGES) & ORDERS_NOTHING


def test_every_kind_commutes_with_its_like_or_is_said_to_commute_with_nothing() -> None:
    assert kinds_of(harness) == set(MODES) | COMMUTE_WITH_NOTHING
    assert not set(MODES) & COMMUTE_WITH_NOTHING


def test_every_kind_has_words_and_a_weight() -> None:
    assert kinds_of(harness, vgic) == set(WORDS) == set(WEIGHTS)


def test_every_kind_has_plain_words() -> None:
    assert kinds_of(harness) == set(checking.WORDS)
    assert set(checking.VALUES) | checking.SHOWN <= set(checking.WORDS)
