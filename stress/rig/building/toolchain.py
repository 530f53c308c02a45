# SPDX-License-Identifier: GPL-2.0-only
"""Which compiler of this machine makes static arm64 programs.

A distribution's cross compiler is taken if it has a C library, which Fedora's has not; else zig,
which brings its own, as the package of this Python or as a program.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from harness.engine import printable_text

GCC, ZIG = "gcc", "zig"

_CROSS_GCC = "aarch64-linux-gnu-gcc"
_ASK_S = 60
"""After how long a compiler that does not answer what it is counts as none."""

TO_TYPE = (
    "type `pip install 'vgic-stress[kernel]'`, which brings one from the package index, or on "
    "Debian and Ubuntu `sudo apt install gcc-aarch64-linux-gnu libc6-dev-arm64-cross`"
)


class NoToolchain(Exception):
    """There is no compiler for arm64; the message says what to type to have one."""


class Toolchain(NamedTuple):
    """A compiler.

    Attributes:
        kind: GCC or ZIG, by which its flags differ.
        command: what it is called as, in words.
        version: the first line of what it says of itself.
    """

    kind: str
    command: tuple[str, ...]
    version: str

    def __str__(self) -> str:
        """Return what it is, in a line."""
        return f"{self.version} ({' '.join(self.command)})"


def find_toolchain() -> Toolchain:
    """Return the first compiler that is there.

    Raises:
        NoToolchain: there is none.
    """
    for found in _toolchains():
        return found
    raise NoToolchain(f"there is no C compiler for static arm64 programs here: {TO_TYPE}")


def _toolchains() -> Iterator[Toolchain]:
    gcc = _program(_CROSS_GCC)
    if gcc is not None and _has_a_library(gcc) and (version := _said((gcc, "--version"))):
        yield Toolchain(GCC, (gcc,), version)
    for zig in _zigs():
        if version := _said((*zig, "version")):
            yield Toolchain(ZIG, (*zig, "cc"), f"zig {version}")


def _zigs() -> Iterator[tuple[str, ...]]:
    if importlib.util.find_spec("ziglang") is not None:
        # -P: a folder called ziglang where we are called is nobody's compiler.
        yield sys.executable, "-P", "-m", "ziglang"
    if program := _program("zig"):
        yield (program,)


def _program(name: str) -> str | None:
    """Return where a program is, for whoever is called in another folder than we are."""
    found = shutil.which(name)
    return found and os.path.abspath(found)


def _has_a_library(gcc: str) -> bool:
    """Tell whether a static program can be linked: of a file that is not there comes the name."""
    return Path(_said((gcc, "-print-file-name=libc.a"))).is_absolute()


def _said(command: tuple[str, ...]) -> str:
    """Return the first line that a command prints, "" if it fails."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_ASK_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return printable_text(done.stdout.decode("utf-8", "replace").partition("\n")[0].strip())
