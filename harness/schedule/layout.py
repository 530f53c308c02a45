# SPDX-License-Identifier: GPL-2.0-only
"""Columns: who does what, side by side, as commit messages of the kernel draw a race.

One line is one thing one thread does, so columns are indentation and a line may reach over those
to its right.
"""

from collections.abc import Callable, Sequence
from textwrap import wrap
from typing import Protocol, TypeVar

from harness.engine import Failure

MARGIN = 2
"""The room for a mark before the first column."""


class Drawn(Protocol):
    """A line about one thing that was done."""

    @property
    def role(self) -> str:
        """The thread; "" for the world outside."""

    @property
    def function(self) -> str:
        """The function that it was done in."""

    @property
    def text(self) -> str:
        """What was done."""


OneDrawn = TypeVar("OneDrawn", bound=Drawn)


class Columns:
    """Places lines under the threads that they are about."""

    def __init__(self, roles: Sequence[str], width: int) -> None:
        """Prepare a column for each thread.

        Args:
            roles: the threads, from left to right.
            width: of no line more than so many characters.
        """
        step = width // 2 // max(1, len(roles) - 1)
        self._width = width
        self._begin = {role: MARGIN + number * step for number, role in enumerate(roles)}

    def header(self, names: Sequence[str]) -> list[str]:
        """Return the names over the columns, and rules below them; nothing without a column."""
        if not names:
            return []
        heads = rules = ""
        for begin, name in zip(self._begin.values(), names, strict=True):
            heads = heads.ljust(begin) + name
            rules = rules.ljust(begin) + "-" * len(name)
        return [heads, rules]

    def line(self, role: str, text: str, *, indent: int, mark: str = "") -> list[str]:
        """Return a text in a thread's column, wrapped to the width."""
        begin = self._begin[role] + indent
        first, *rest = wrap(text, self._width - begin, subsequent_indent="  ") or [""]
        return [
            f"{mark:<{MARGIN}}".ljust(begin) + first,
            *(" " * begin + line for line in rest),
        ]

    def body(
        self, shown: Sequence[OneDrawn], mark_of: Callable[[OneDrawn], str] = lambda line: ""
    ) -> list[str]:
        """Return lines in their columns, below the function that each was done in.

        Args:
            shown: the lines, in order.
            mark_of: what stands in the margin beside a line.
        """
        text: list[str] = []
        functions: dict[str, str] = {}
        for line in shown:
            if not line.role:
                text.append(f"  -- {line.text} --")
                continue
            if line.function != functions.get(line.role, ""):
                functions[line.role] = line.function
                if line.function:
                    text += self.line(line.role, f"{line.function}()", indent=0)
            text += self.line(line.role, line.text, indent=2, mark=mark_of(line))
        return text


def failure_lines(failure: Failure, width: int) -> list[str]:
    """Return what went wrong in lines of such a width: its kind, its message, its details."""
    text = [
        f"=> {failure.kind}",
        *wrap(failure.message, width, initial_indent="   ", subsequent_indent="   "),
    ]
    for line in failure.details:
        text += wrap(line, width, initial_indent="     ", subsequent_indent="       ")
    return text
