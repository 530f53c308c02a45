# SPDX-License-Identifier: GPL-2.0-only
"""Which way imports go: down only, into a room by its face only, and never in a circle."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.tidy.modules import TOPS, Module, modules_of

ORDER = {
    "harness": ("engine", "schedule", "primitives", "detectors", "search", "checking"),
    "vgic": (
        ("architecture", "hardware"),
        "data",
        "tracepoints",
        ("kernel", "guest", "host", "judging"),
        "accesses",
        "revisions",
        "bugs",
        "composition",
        "instructions",
        "parts",
        "parameters",
        "drain",
        "forwarding",
        "overseer",
        "machine",
        "state",
    ),
    "stress": (
        "nightly_profile",
        "system",
        "traces",
        "plays",
        "upstream",
        "scenarios",
        "inputs",
        "executions",
        ("shrinking", "explaining", "spaces"),
        "findings",
        "jobs",
        "campaign",
        "reporting",
        ("replaying", "exploration"),
        "history",
        "morning",
        "nights",
        "rig",
        "agreement",
        ("commands", "plugin"),
        "hypothesis",
        "repro",
        "__main__",
    ),
}
"""The rooms of each top-level room, lowest first; of those in one pair of brackets none knows any
other."""

BEHIND_THE_FACE = {
    "harness.engine.greenlets": "its library is optional, so no face may import it",
}
"""The modules that are imported as such from outside their room, and why."""

EVERYWHERE = frozenset({"harness.old_names", "harness.moved", "vgic.moved"})
"""Modules of no room: they translate old names, and nothing of ours imports them but a face."""


def rank_of(top: str, room: str) -> int | None:
    """Return how high a room stands in its top-level room, None if it has no place there."""
    for rank, rooms in enumerate(ORDER[top]):
        if room == rooms or (isinstance(rooms, tuple) and room in rooms):
            return rank
    return None


def upward_imports(root: Path) -> list[str]:
    """Return the imports that do not go down: into a higher room, or into one beside it."""
    return list(dict.fromkeys([*_between_tops(root), *_between_rooms(root)]))


def _between_tops(root: Path) -> Iterator[str]:
    for module in modules_of(root).values():
        above = TOPS[TOPS.index(module.top) + 1 :]
        for each in module.imports():
            if each.module.startswith("."):
                yield f"{module.path} has a relative import"
            elif each.module.partition(".")[0] in above:
                yield f"{module.path} imports {each.module}"


def _between_rooms(root: Path) -> Iterator[str]:
    modules = modules_of(root)
    for module in modules.values():
        if len(module.parts) == 1:
            continue
        mine = rank_of(module.top, module.room)
        if mine is None and module.name not in EVERYWHERE:
            yield f"{module.path} stands in no room of ORDER"
        for name in module.imported_modules(modules):
            imported = modules[name]
            if imported.top != module.top or imported.room == module.room:
                continue
            other = rank_of(imported.top, imported.room)
            if imported.room == "" or (mine is not None and other is not None and other >= mine):
                yield f"{module.path} imports {name}"


def imports_behind_a_face(root: Path) -> list[str]:
    """Return the imports into a room that go past its `__init__`, or take what that does not list.

    A file that stands in no room, as vgic/machine.py, is imported as such.
    """
    return list(dict.fromkeys(_behind_a_face(modules_of(root))))


def _behind_a_face(modules: dict[str, Module]) -> Iterator[str]:
    for module in modules.values():
        for each in module.imports():
            imported = modules.get(each.module)
            if imported is None or each.module in BEHIND_THE_FACE:
                continue
            if (imported.top, imported.room) == (module.top, module.room):
                continue
            if len(module.parts) == 1 and imported.top == module.top and imported.is_face:
                continue
            if not imported.is_face and len(imported.parts) > 2:
                yield f"{module.path} imports {each.module}"
            elif (
                imported.is_face and len(imported.parts) > 1 and each.name not in exported(imported)
            ):
                yield f"{module.path} takes {each.name} from {each.module}, which does not list it"


def exported(face: Module) -> frozenset[str]:
    """Return the names in the `__all__` of a face; without one, the names that it defines."""
    defined = set()
    for node in face.tree.body:
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            name = getattr(target, "id", "")
            if name == "__all__" and node.value is not None:
                return frozenset(ast.literal_eval(node.value))
            defined.add(name)
        elif isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            defined.add(node.name)
    return frozenset(defined)


def circles(root: Path) -> list[str]:
    """Return the circles of imports, each once, also those that only a type checker goes round."""
    modules = modules_of(root)
    edges = {name: sorted(set(each.imported_modules(modules))) for name, each in modules.items()}
    return [" -> ".join([*circle, circle[0]]) for circle in _strongly_connected(edges)]


def _strongly_connected(edges: dict[str, list[str]]) -> list[list[str]]:
    """Return the sets of modules that all import each other, one way or another."""
    reached = {name: _reached(edges, name) for name in edges}
    found: dict[frozenset[str], None] = {}
    for name in edges:
        circle = frozenset(each for each in reached[name] if name in reached[each])
        if circle:
            found[circle | {name}] = None
    return [sorted(circle) for circle in found]


def _reached(edges: dict[str, list[str]], start: str) -> set[str]:
    reached: set[str] = set()
    ahead = list(edges[start])
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += edges[name]
    return reached


def imports_across(root: Path, room: str, other: str) -> list[str]:
    """Return the imports by files of a room (`vgic/kernel`) of modules of another."""
    modules = modules_of(root)
    name = other.replace("/", ".")
    found = (
        f"{module.path} imports {imported}"
        for module in modules.values()
        if module.path.is_relative_to(room)
        for imported in module.imported_modules(modules)
        if f"{imported}.".startswith(f"{name}.")
    )
    return list(dict.fromkeys(found))
