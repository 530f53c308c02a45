# SPDX-License-Identifier: GPL-2.0-only
"""Is every window that is counted described, and every one that is described counted?"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import vgic
from harness import OsThreads
from harness.search.strategies import MIX
from stress.executions import Target, run_index
from stress.scenarios import SCENARIOS
from vgic import REVISIONS, WINDOWS


def counted() -> Iterator[str]:
    """Yield every text that is handed to what counts a window."""
    for path in sorted(Path(vgic.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called = ast.unparse(node.func)
                if called.endswith(("crossed_ones.add", ".crossed")):
                    values = [each for argument in node.args for each in ast.walk(argument)]
                    yield from (
                        value.value
                        for value in values
                        if isinstance(value, ast.Constant) and isinstance(value.value, str)
                    )


def test_what_is_counted_is_what_is_described() -> None:
    assert set(counted()) == set(WINDOWS)


@pytest.mark.parametrize("name", WINDOWS)
def test_a_description_is_one_sentence(name: str) -> None:
    assert WINDOWS[name].endswith(".")
    assert WINDOWS[name].count(".") == 1


def test_what_a_revision_never_crosses_is_a_window() -> None:
    for kernel in (record.cls for record in REVISIONS.values()):
        assert kernel.never_crosses <= set(WINDOWS)


@pytest.mark.parametrize("name", REVISIONS)
def test_no_revision_crosses_what_it_says_it_never_does(name: str, pinned: OsThreads) -> None:
    target = Target(cls=REVISIONS[name].cls)
    crossed = set[str]()
    for scenario in ("inject_while_eoicount", "migration_ping_pong"):
        for index in range(60):
            crossed |= set(run_index(SCENARIOS[scenario], 3, index, MIX, target, pinned).windows)
    assert crossed
    assert not crossed & target.kernel.never_crosses
