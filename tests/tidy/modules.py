# SPDX-License-Identifier: GPL-2.0-only
"""The modules of a tree and what each imports, read from their text: nothing is run."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TOPS = ("harness", "vgic", "stress")


@dataclass(frozen=True)
class Import:
    """One name that a file takes from a module of a top-level room.

    Attributes:
        module: the module named in the statement.
        name: what is taken from it, "" in `import module`.
    """

    module: str
    name: str


@dataclass(frozen=True)
class Module:
    """One file of a tree.

    Attributes:
        root: the folder that the rooms stand in.
        path: the file, relative to that.
        tree: what it says.
    """

    root: Path
    path: Path
    tree: ast.Module

    @property
    def is_face(self) -> bool:
        """Whether it is the `__init__` of a package."""
        return self.path.name == "__init__.py"

    @property
    def parts(self) -> tuple[str, ...]:
        """Its dotted name, in parts."""
        return self.path.parent.parts if self.is_face else self.path.with_suffix("").parts

    @property
    def name(self) -> str:
        """Its dotted name."""
        return ".".join(self.parts)

    @property
    def top(self) -> str:
        """The top-level room it stands in."""
        return self.parts[0]

    @property
    def room(self) -> str:
        """The room inside that: a folder, or itself where it stands in no folder."""
        return self.parts[1] if len(self.parts) > 1 else ""

    def imports(self) -> Iterator[Import]:
        """Yield what it imports from modules of the rooms, wherever in the file it does so."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (Import(alias.name, "") for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from (Import(node.module or ".", alias.name) for alias in node.names)

    def imported_modules(self, modules: dict[str, "Module"]) -> Iterator[str]:
        """Yield the modules of a tree that it imports: of `from a import b`, a.b if that is one."""
        for each in self.imports():
            inside = f"{each.module}.{each.name}"
            named = inside if inside in modules else each.module
            if named in modules and named != self.name:
                yield named


@cache
def modules_of(root: Path, *tops: str) -> dict[str, Module]:
    """Return the modules of top-level rooms by their dotted names, in the order of their files."""
    paths = [path for top in tops or TOPS for path in sorted((root / top).rglob("*.py"))]
    modules = [
        Module(root, path.relative_to(root), ast.parse(path.read_text("utf-8"))) for path in paths
    ]
    return {module.name: module for module in modules}
