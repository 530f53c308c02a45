# SPDX-License-Identifier: GPL-2.0-only
"""Which program it is: its name and the source of its function.

A token is of one program. A function that has moved, to another line, file or machine, is the same
one; one that was edited is another, and what it calls is not looked at. Neither are the arguments
of a partial, so that the mended variant of a program can be tried under the same schedule.
"""

import inspect
from collections.abc import Callable
from functools import partial
from hashlib import blake2b
from textwrap import dedent
from typing import NamedTuple

from harness.engine import Scheduler, printable_name

Program = Callable[[Scheduler], None]
"""What adds its threads to the scheduler that it is given."""


class Identity(NamedTuple):
    """What a program is known by.

    Attributes:
        name: what it is called.
        source: 16 hexadecimal digits over the source of its function; "" where there is none to be
            had, as of a lambda, or of what was typed into an interpreter.
    """

    name: str
    source: str

    def differs_from(self, other: "Identity") -> str:
        """Say in what two programs differ, "" if in nothing that is known."""
        if self.name != other.name:
            return f"its name is {other.name}, not {self.name}"
        if self.source and other.source and self.source != other.source:
            return f"the source of {self.name} is another by now ({self.source}, {other.source})"
        return ""


def identity_of(program: Program, name: str = "") -> Identity:
    """Return what a program is known by.

    Args:
        program: a function, or what is called like one.
        name: what to call it; "" for the function's own name.
    """
    function = _function(program)
    own: str = getattr(function, "__name__", type(program).__name__)
    return Identity(printable_name(name or own), _source(function))


def _function(program: Program) -> object:
    inner: object = program
    while isinstance(inner, partial):
        inner = inner.func
    inner = inspect.unwrap(getattr(inner, "__func__", inner))  # type: ignore[arg-type]  # any object
    return inner if inspect.isfunction(inner) else type(inner).__call__


def _source(function: object) -> str:
    """Return the digest of a function's source, "" if it has none in a file of its own."""
    if not inspect.isfunction(function) or function.__name__.startswith("<"):
        return ""  # a lambda's lines hold what stands around it
    if function.__code__.co_filename.startswith("<"):
        return ""  # Python may take the text of `python -c` for it, which is everybody's "<string>"
    try:
        lines = dedent(inspect.getsource(function)).splitlines()
    except (OSError, SyntaxError):
        return ""
    text = "\n".join(line.rstrip() for line in lines)
    return blake2b(text.encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()
