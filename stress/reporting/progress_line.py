# SPDX-License-Identifier: GPL-2.0-only
"""Progress while a campaign runs: a live line in a terminal, seldom a plain one in a log."""

import time
from collections.abc import Iterator, Sized
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from stress.system import complain

if TYPE_CHECKING:
    from rich.console import Console

FIRST_LINE_S = 10.0


class Limited(Protocol):
    """What is to be done, and where it ends."""

    @property
    def total(self) -> int | None:
        """How many executions at most; None for no limit."""

    @property
    def duration_s(self) -> float | None:
        """When it ends at the latest; None for no limit."""


class SoFar(Protocol):
    """How far it has come."""

    @property
    def executions(self) -> int:
        """How many executions were run."""

    @property
    def seconds(self) -> float:
        """How long that took."""

    @property
    def findings(self) -> Sized:
        """What was found."""


class Shows(Protocol):
    """Shows how far something has come."""

    def __call__(self, result: SoFar) -> None:
        """Show how far it has come, if it is time."""


@contextmanager
def progress(plan: Limited, *, quiet: bool) -> Iterator[Shows]:
    """Show a campaign's progress on standard error for as long as the context lasts."""
    console = _console()
    if quiet:
        yield lambda result: None
    elif console.is_terminal:
        yield from _live(plan, console)
    else:
        yield _Lines(plan)


def _console() -> "Console":
    from rich.console import Console  # only a run has one, and to import it takes a while

    return Console(stderr=True)


def _live(plan: Limited, console: "Console") -> Iterator[Shows]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    of_all = f"/{plan.total}" if plan.total is not None else ""
    columns = (
        TextColumn("{task.fields[executions]}" + of_all + " executions"),
        BarColumn(),
        TextColumn("{task.fields[rate]:.0f}/s, {task.fields[findings]} findings"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        total = plan.total if plan.total is not None else plan.duration_s
        task = bar.add_task("", total=total, executions=0, rate=0.0, findings=0)

        def show(result: SoFar) -> None:
            bar.update(
                task,
                completed=result.executions if plan.total is not None else result.seconds,
                executions=result.executions,
                rate=result.executions / result.seconds if result.seconds else 0.0,
                findings=len(result.findings),
            )

        yield show


class _Lines:
    """Plain lines at doubling intervals, so that a night fits on a page."""

    def __init__(self, plan: Limited) -> None:
        self._of_seconds = f" of {plan.duration_s:.10g}" if plan.duration_s is not None else ""
        self._of_executions = f" of {plan.total}" if plan.total is not None else ""
        self._begin = time.monotonic()
        self._due_s = FIRST_LINE_S

    def __call__(self, result: SoFar) -> None:
        """Print a line if one is due."""
        seconds = time.monotonic() - self._begin
        if seconds < self._due_s:
            return
        self._due_s *= 2
        count = result.executions
        complain(
            f"{seconds:.0f}{self._of_seconds} s: {count}{self._of_executions} executions, "
            f"{count / seconds:.0f}/s, {len(result.findings)} findings"
        )
