# SPDX-License-Identifier: GPL-2.0-only
"""What a file says and how large it is: licence, length, names, and what it must not touch."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.tidy.modules import TOPS, Module, modules_of

LINES_MAX = 250
FUNCTION_LINES_MAX = 70
FACE_MIN = 100
"""Characters in which a room says what it is for."""
LICENCE = "# SPDX-License-Identifier: GPL-2.0-only\n"
NOT_BELOW_STRESS = frozenset({"time", "random", "uuid", "secrets", "weakref", "loguru"})
"""What makes one execution differ from the next, and what slows down a step."""
CALLS_NOT_BELOW_STRESS = frozenset({"id", "hash"})
NO_NAMES = frozenset({"utils", "util", "helpers", "misc", "common"})
"""Names that say nothing of what is inside."""


def large_files(root: Path) -> list[str]:
    """Return the files that are too long to be read at once."""
    lines = {path: path.read_text("utf-8").count("\n") for path in _sources(root)}
    return [
        f"{path.relative_to(root)} has more than {LINES_MAX} lines"
        for path, count in lines.items()
        if count > LINES_MAX
    ]


def large_functions(root: Path) -> list[str]:
    """Return the functions that are too long to be read at once."""
    return [
        f"{module.path}: {node.name} has more than {FUNCTION_LINES_MAX} lines"
        for module in modules_of(root).values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > FUNCTION_LINES_MAX
    ]


def files_without_licence(root: Path) -> list[str]:
    """Return the files, tests too, that do not begin with their licence."""
    return [
        f"{path.relative_to(root)} does not name its licence"
        for path in _sources(root, *TOPS, "tests")
        if not path.read_text("utf-8").startswith(LICENCE)
    ]


def rooms_without_a_word(root: Path) -> list[str]:
    """Return the faces that do not say in a few sentences what their room is for."""
    return [
        f"{module.path} does not say what its room is for"
        for module in modules_of(root).values()
        if module.is_face and len(ast.get_docstring(module.tree) or "") < FACE_MIN
    ]


def names_that_say_nothing(root: Path) -> list[str]:
    """Return the modules and folders that are named for no idea."""
    return [
        f"{module.path} is named for no idea"
        for module in modules_of(root).values()
        if NO_NAMES & set(module.parts)
    ]


def types_named_twice(root: Path) -> list[str]:
    """Return the public names that two types of one top-level room have: classes and aliases."""
    return [
        f"{name} twice: {' and '.join(paths)}"
        for top in TOPS
        for name, paths in sorted(_types(root, top).items())
        if len(paths) > 1
    ]


def _types(root: Path, top: str) -> dict[str, list[str]]:
    where = defaultdict(list)
    for module in modules_of(root, top).values():
        for node in module.tree.body:
            name = getattr(node, "name", "") if isinstance(node, ast.ClassDef) else _alias(node)
            if name and not name.startswith("_"):
                where[name].append(str(module.path))
    return where


def _alias(node: ast.stmt) -> str:
    """Return the name that a statement gives to a type, "" if it does not look like one."""
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    name = target.id if isinstance(target, ast.Name) else ""
    return name if name[:1].isupper() and not name.isupper() else ""


def what_differs_from_run_to_run(root: Path) -> list[str]:
    """Return where harness and vgic use clocks, chance, identity or hashes, or write a log."""
    return [line for module in modules_of(root, *TOPS[:2]).values() for line in _chancy(module)]


def _chancy(module: Module) -> Iterator[str]:
    for each in module.imports():
        if each.module.partition(".")[0] in NOT_BELOW_STRESS:
            yield f"{module.path} imports {each.module}"
    for node in ast.walk(module.tree):
        called = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
        if called in CALLS_NOT_BELOW_STRESS:
            yield f"{module.path} calls {called}"


def tests_that_mirror_nothing(root: Path) -> list[str]:
    """Return the folders of tests of a room for which there is no folder of sources."""
    return [
        f"tests/{folder} mirrors no folder"
        for top in TOPS
        for path in sorted((root / "tests" / top).rglob("*"))
        if path.is_dir() and any(path.glob("*.py"))
        for folder in [path.relative_to(root / "tests")]
        if not (root / folder).is_dir()
    ]


def _sources(root: Path, *rooms: str) -> Iterator[Path]:
    for room in rooms or TOPS:
        yield from sorted((root / room).rglob("*.py"))
