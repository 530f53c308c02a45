# SPDX-License-Identifier: GPL-2.0-only
"""CheckFailed: what a check raises, and all that it says."""

from collections.abc import Mapping
from textwrap import wrap

from harness.checking.columns import WIDTH
from harness.checking.headline import headline
from harness.checking.token import ProgramToken
from harness.engine import Failure


class CheckFailed(AssertionError):
    """A program fails.

    Attributes:
        failure: what is wrong.
        token: the schedule under which it fails, for `replay`.
        columns: who did what, side by side, and what is wrong.
        index: the number of the execution that was found; 0 if it was replayed.
        headline: what is wrong in one line.
        report: all there is to say but the line that runs it again.
        replay_line: that line, in Python.
    """

    def __init__(
        self,
        failure: Failure,
        token: ProgramToken,
        columns: str,
        remark: str,
        index: int = 0,
        options: Mapping[str, object] | None = None,
    ) -> None:
        """Put the report together.

        Args:
            failure: what is wrong.
            token: the schedule under which it fails.
            columns: the drawing of it.
            remark: how it was found, or replayed.
            index: the number of the execution.
            options: what `replay` has to be called with beside program and token.
        """
        self.failure = failure
        self.token = token.encode()
        self.columns = columns
        self.index = index
        self.headline = f"{token.program.name}: {headline(failure)}"
        self.report = "\n".join(
            [*wrap(self.headline, WIDTH, subsequent_indent="  "), "", columns, *wrap(remark, WIDTH)]
        )
        self.replay_line = _line(token.program.name, self.token, options or {})
        super().__init__(f"{self.report}\n{self.replay_line}")
        self._made_of = failure, token, columns, remark, index, options

    def __reduce__(self) -> tuple[type["CheckFailed"], tuple[object, ...]]:
        """Let it be sent to another process: what it is made of, and not its text."""
        return type(self), self._made_of


def _line(program: str, token: str, options: Mapping[str, object]) -> str:
    """Return a call of `replay`, which names the program if it can be named so there."""
    by_its_name = program.isidentifier() and "name" not in options
    arguments = [
        program if by_its_name else "PROGRAM",
        f'"{token}"',
        *(f"{option}={value!r}" for option, value in options.items()),
    ]
    return f"harness.replay({', '.join(arguments)})"
