# SPDX-License-Identifier: GPL-2.0-only
"""Compilers that are scripts: they write down what they are called with, and make a file."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PYTHON = sys.executable
COMPILER = """#!{python} -ISs
import sys, pathlib
words = sys.argv[1:]
with open({log!r}, "a") as log:
    print(*words, file=log)
if words == ["--version"]:
    print("a gcc of straw 1.2.3")
    print("and more")
elif words == ["version"]:
    print("0.99.0")
elif words == ["-print-file-name=libc.a"]:
    print({library!r})
else:
    {makes}
"""
MAKES = (
    'pathlib.Path(words[words.index("-o") + 1]).write_bytes(b"made " + str(len(words)).encode())'
)


@pytest.fixture(autouse=True)
def cache_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a cache of its own."""
    home = tmp_path / "cache home"
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    return home


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only folder in which programs are found; it is empty."""
    folder = tmp_path / "tools"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def compiler(tools: Path, tmp_path: Path) -> Callable[..., Path]:
    """Return what writes a compiler of straw, and returns the file in which its calls stand."""

    def write(
        name: str = "aarch64-linux-gnu-gcc", makes: str = MAKES, library: str = "/lib/libc.a"
    ) -> Path:
        log = tmp_path / f"{name}.log"
        text = COMPILER.format(python=PYTHON, log=str(log), makes=makes, library=library)
        (tools / name).write_text(text, "utf-8")
        os.chmod(tools / name, 0o755)
        return log

    return write
