# SPDX-License-Identifier: GPL-2.0-only
"""The house rules that a linter cannot see: which way imports go, and how large things get."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("harness", "vgic", "stress")
LINES_MAX = 320
FUNCTION_LINES_MAX = 70
FORBIDDEN_MODULES = {"time", "random", "uuid", "secrets", "weakref"}
FORBIDDEN_CALLS = {"id", "hash"}


def sources(*rooms: str) -> Iterator[Path]:
    for room in rooms:
        yield from sorted((ROOT / room).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Yield the first part of each absolute module name that a file imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            assert node.level == 0, f"{path}: relative import"
            yield node.module.partition(".")[0]


@pytest.mark.parametrize(("room", "above"), [("harness", {"vgic", "stress"}), ("vgic", {"stress"})])
def test_imports_go_down_only(room: str, above: set[str]) -> None:
    wrong = {str(path): set(imported(path)) & above for path in sources(room)}
    assert not {path: names for path, names in wrong.items() if names}


def test_harness_and_vgic_take_nothing_from_clocks_or_identity() -> None:
    for path in sources("harness", "vgic"):
        assert not set(imported(path)) & FORBIDDEN_MODULES, path
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in FORBIDDEN_CALLS, f"{path}:{node.lineno}"


def test_the_step_path_does_not_log() -> None:
    for path in sources("harness", "vgic"):
        assert "loguru" not in set(imported(path)), path


def test_files_and_functions_are_small() -> None:
    for path in sources(*ROOMS):
        text = path.read_text("utf-8")
        assert text.count("\n") <= LINES_MAX, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                assert length <= FUNCTION_LINES_MAX, f"{path}:{node.lineno} {node.name}"


def test_every_file_names_its_licence() -> None:
    for path in sources(*ROOMS, "tests"):
        assert "SPDX-License-Identifier: GPL-2.0-only" in path.read_text("utf-8")[:80], path


def test_every_room_says_what_it_is_for() -> None:
    for room in ROOMS:
        tree = ast.parse((ROOT / room / "__init__.py").read_text("utf-8"))
        assert len(ast.get_docstring(tree) or "") > 200, room


def test_top_level_holds_nothing_unexpected() -> None:
    folders = {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and not path.name.startswith(".") and any(path.rglob("*.py"))
    }
    assert folders - {"build", "dist", "vgic-stress-findings"} == {*ROOMS, "tests"}
