# SPDX-License-Identifier: GPL-2.0-only
"""Progress while a campaign runs: a live line in a terminal, seldom a plain one in a log."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from stress.campaign import Plan, Result
from stress.system import complain

if TYPE_CHECKING:
    from rich.console import Console

FIRST_LINE_S = 10.0


class Shows(Protocol):
    """Shows how far a campaign has come."""

    def __call__(self, result: Result) -> None:
        """Show the result so far, if it is time."""


@contextmanager
def progress(plan: Plan, *, quiet: bool) -> Iterator[Shows]:
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


def _live(plan: Plan, console: "Console") -> Iterator[Shows]:
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

        def show(result: Result) -> None:
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

    def __init__(self, plan: Plan) -> None:
        self._of_seconds = f" of {plan.duration_s:.10g}" if plan.duration_s is not None else ""
        self._of_executions = f" of {plan.total}" if plan.total is not None else ""
        self._begin = time.monotonic()
        self._due_s = FIRST_LINE_S

    def __call__(self, result: Result) -> None:
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
