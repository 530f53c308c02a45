# SPDX-License-Identifier: GPL-2.0-only
"""What the monitor is made of, and how a compiler is called to make it.

Two calls: the guest is compiled with flags of its own, since it runs where there is no C library,
no floating point and no memory but its own; then all the rest, and both become one static
executable.
"""

from pathlib import Path
from typing import NamedTuple

_SOURCES = Path(__file__).parent.parent / "sources"
_GUEST = "guest.c"
_FLAGS = ("-O2", "-Wall", "-Wextra")
_GUEST_FLAGS = (
    "-ffreestanding", "-fno-builtin", "-fno-stack-protector", "-fno-jump-tables",
    "-mgeneral-regs-only", "-mstrict-align", "-c",
)  # fmt: skip
_MONITOR_FLAGS = ("-static", "-pthread")
_TARGETS = {"zig": ("-target", "aarch64-linux-musl")}


class Recipe(NamedTuple):
    """How the monitor is made.

    Attributes:
        target: what makes the compiler compile for arm64 Linux, if it needs to hear it.
        guest: the guest's source.
        sources: the monitor's, in order.
        files: all files that it is made from, headers too.
    """

    target: tuple[str, ...]
    guest: Path
    sources: tuple[Path, ...]
    files: tuple[Path, ...]

    @property
    def flags(self) -> tuple[str, ...]:
        """All flags that decide what comes out."""
        return (*self.target, *_FLAGS, *_GUEST_FLAGS, *_MONITOR_FLAGS)

    def commands(self, folder: Path, output: Path) -> list[list[str]]:
        """Return what the compiler is called with, one call after the other.

        Args:
            folder: where there is room for what one call leaves for the next.
            output: the executable.
        """
        compiled = folder / "guest.o"
        guest = (*_FLAGS, *_GUEST_FLAGS, "-o", compiled, self.guest)
        monitor = (*_FLAGS, *_MONITOR_FLAGS, "-o", output, compiled, *self.sources)
        return [[*self.target, *map(str, call)] for call in (guest, monitor)]


def recipe(kind: str) -> Recipe:
    """Return how a compiler of this kind makes the monitor.

    Args:
        kind: `zig`, which is told for which machine, or anything else, which knows.
    """
    sources = tuple(path for path in sorted(_SOURCES.glob("*.c")) if path.name != _GUEST)
    guest = _SOURCES / _GUEST
    headers = sorted(_SOURCES.glob("*.h"))
    return Recipe(_TARGETS.get(kind, ()), guest, sources, (guest, *sources, *headers))
