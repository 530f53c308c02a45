# SPDX-License-Identifier: GPL-2.0-only
"""What a patch may override, as the docstrings tell it: kernel functions and decisions."""

import inspect
import re
from dataclasses import dataclass

from vgic.kernel import (
    Decisions,
    HostSide,
    IoctlSide,
    ItsSide,
    Kernel,
    LpiSide,
    Mechanism,
    RegisterSide,
    V2Side,
)


@dataclass(frozen=True)
class Function:
    """A kernel function, or a decision on which generations or known bugs differ.

    Attributes:
        name: what it is overridden by.
        summary: what it does.
        models: the kernel's file and function, "" if it is a part of one.
        locking: what is held when it is called, and what it takes.
        decision: what is decided in it, "" if it is a kernel function.
    """

    name: str
    summary: str
    models: str
    locking: str
    decision: str


def functions() -> dict[str, Function]:
    """Return them by name, the kernel's functions first, as in their tables."""
    tables = (Kernel, RegisterSide, LpiSide, ItsSide, V2Side, HostSide, IoctlSide, Decisions)
    names = [name for table in tables for name in vars(table) if _is_overridable(name)]
    return {
        name: _described(name, inspect.getdoc(getattr(Mechanism, name)) or "") for name in names
    }


def _is_overridable(name: str) -> bool:
    frame = getattr(getattr(Mechanism, name), "__final__", False)
    return name in Kernel.__abstractmethods__ and not frame


def _described(name: str, text: str) -> Function:
    return Function(
        name=name,
        summary=_joined(text.partition("\n\n")[0]),
        models=_section(text, "Models"),
        locking=_section(text, "Locking"),
        decision=_section(text, "Decision"),
    )


def _section(text: str, title: str) -> str:
    """Return what a docstring says under a title, up to the next line that is not indented."""
    match = re.search(rf"^{title}: (.*(?:\n[ \t]+.*)*)", text, re.MULTILINE)
    return _joined(match[1]) if match else ""


def _joined(text: str) -> str:
    return " ".join(text.split())
