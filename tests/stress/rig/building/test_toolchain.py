# SPDX-License-Identifier: GPL-2.0-only
"""Which compiler is taken, and what is said where there is none."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stress.rig.building.toolchain import GCC, ZIG, NoToolchain, find_toolchain

Compiler = Callable[..., Path]


@pytest.fixture
def ziglang(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Return what says whether this Python has the package ziglang."""
    found = importlib.util.find_spec

    def say(there: bool) -> None:
        def find_spec(name: str, package: str | None = None) -> object:
            if name == "ziglang":
                return found("json") if there else None
            return found(name, package)

        monkeypatch.setattr(importlib.util, "find_spec", find_spec)

    say(False)
    return say


@pytest.mark.usefixtures("ziglang")
def test_a_cross_compiler_with_a_library_comes_first(compiler: Compiler, tools: Path) -> None:
    compiler()
    compiler("zig")
    found = find_toolchain()
    assert found.kind == GCC
    assert found.command == (str(tools / "aarch64-linux-gnu-gcc"),)
    assert found.version == "a gcc of straw 1.2.3"


@pytest.mark.usefixtures("ziglang")
def test_one_without_a_library_is_passed_over(compiler: Compiler, tools: Path) -> None:
    compiler(library="libc.a")
    compiler("zig")
    assert find_toolchain().command == (str(tools / "zig"), "cc")


@pytest.mark.usefixtures("ziglang")
def test_without_any_it_is_said_what_to_type(compiler: Compiler) -> None:
    compiler(library="libc.a")
    with pytest.raises(NoToolchain, match=r"pip install 'vgic-stress\[kernel\]'"):
        find_toolchain()


def test_the_package_of_this_python_comes_before_a_program(
    ziglang: Callable[[bool], None],
    compiler: Compiler,
    monkeypatch: pytest.MonkeyPatch,
    tools: Path,
) -> None:
    compiler("zig")
    compiler("python")
    ziglang(True)
    monkeypatch.setattr(sys, "executable", str(tools / "python"))
    found = find_toolchain()
    # This one knows no `-P -m ziglang version`, and makes no file of it: it is as good as none.
    assert found.command == (str(tools / "zig"), "cc")
    compiler("python", makes='print("0.17.1")')
    found = find_toolchain()
    assert found.command == (str(tools / "python"), "-P", "-m", "ziglang", "cc")
    assert (found.kind, found.version) == (ZIG, "zig 0.17.1")


@pytest.mark.usefixtures("ziglang")
def test_what_it_says_of_itself_cannot_act_on_a_terminal(compiler: Compiler) -> None:
    compiler("zig", makes="pass")
    log = compiler("zig")
    text = (log.parent / "tools" / "zig").read_text("utf-8").replace("0.99.0", r"\x1b[2J0.99")
    (log.parent / "tools" / "zig").write_text(text, "utf-8")
    assert find_toolchain().version == r"zig \x1b[2J0.99"


@pytest.mark.usefixtures("ziglang")
def test_a_folder_of_the_path_may_be_relative(
    compiler: Compiler, tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiler()
    monkeypatch.chdir(tools.parent)
    monkeypatch.setenv("PATH", tools.name)
    assert find_toolchain().command == (str(tools / "aarch64-linux-gnu-gcc"),)
    compiler("zig")
    (tools / "aarch64-linux-gnu-gcc").unlink()
    assert find_toolchain().command == (str(tools / "zig"), "cc")
