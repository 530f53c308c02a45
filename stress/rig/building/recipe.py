# SPDX-License-Identifier: GPL-2.0-only
"""What the monitor is made of, and how a compiler is called to make it."""

from pathlib import Path
from typing import NamedTuple

_SOURCES = Path(__file__).parent.parent / "sources"
_FLAGS = ("-static", "-O2", "-Wall", "-Wextra", "-pthread")


class Recipe(NamedTuple):
    """How the monitor is made.

    Attributes:
        flags: what the compiler is called with, before the sources.
        sources: what is compiled, in order.
        files: all files that it is made from, headers too.
    """

    flags: tuple[str, ...]
    sources: tuple[Path, ...]
    files: tuple[Path, ...]

    def arguments(self, output: Path) -> list[str]:
        """Return what the compiler is called with to make an executable."""
        return [*self.flags, "-o", str(output), *map(str, self.sources)]


def recipe(kind: str) -> Recipe:
    """Return how a compiler of this kind makes the monitor."""
    target = ("-target", "aarch64-linux-musl") if kind == "zig" else ()
    sources = sorted(_SOURCES.glob("*.[cS]"))
    headers = sorted(_SOURCES.glob("*.h"))
    return Recipe((*target, *_FLAGS), tuple(sources), (*sources, *headers))
