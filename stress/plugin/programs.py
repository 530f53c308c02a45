# SPDX-License-Identifier: GPL-2.0-only
"""What the fixture `schedules` does with a program written against harness: `harness.check`.

A finding is kept, replays by a line for pytest, and hangs of the program fail the test alone.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from harness import (
    CheckFailed,
    Exploration,
    HarnessBug,
    NotDeterministic,
    Scheduler,
    check,
    replay,
)
from harness.checking import CannotReplay, ProgramToken, identity_of
from harness.search.strategies import PORTFOLIO, STRATEGIES
from stress.executions import Hung, watched
from stress.findings import keep_program
from stress.plugin.capture import last_words
from stress.plugin.counts import Counts
from stress.plugin.failing import HarnessAtFault, ReplayedClean, SchedulesFailed
from stress.plugin.marker import BadMarker
from stress.plugin.task import Task
from stress.plugin.tokens import PROGRAM
from stress.plugin.trying import as_given, carriers, hung_text
from stress.reporting import not_judged
from stress.system import Exit

_PART = 100
"""So many executions are checked at a time where a duration ends them."""

Body = Callable[[Scheduler], None]


def explore(task: Task, body: Body) -> Exploration:
    """Run a program under as many schedules as are asked for, or replay a token of it.

    Args:
        task: what is asked of the test.
        body: adds its threads to the scheduler it is given.

    Raises:
        BadMarker: it is no program, or the strategy is one of scenarios.
        SchedulesFailed: a schedule fails, or the program cannot be judged.
        HarnessAtFault: something is wrong with the harness.
        ReplayedClean: what was asked for was a replay, and it passes.
    """
    if not callable(body):
        raise BadMarker(f"a program is a function that is given a Scheduler, not {body!r:.80}")
    name = identity_of(body).name
    if task.tokens:
        with _judged(name, "in a replay"):
            _replay(task, body, name)
        return Exploration()
    with _judged(name, f"seed {task.seed:#x}"):
        return _explored(task, body, name)


@contextmanager
def _judged(name: str, where: str) -> Iterator[None]:
    """Watch over a program, and say whose fault it is if that goes wrong."""
    place = f"{name}, {where}"
    try:
        with watched(carriers(), last_words, at_fault=Exit.FINDINGS, survives=True):
            yield
    except NotDeterministic as bug:
        raise SchedulesFailed(f"{bug}\n  {place}") from None
    except HarnessBug as bug:
        raise HarnessAtFault(f"HARNESS BUG: {bug}\n  {place}") from None
    except Hung as hung:
        raise SchedulesFailed(hung_text(hung, place)) from None


def _explored(task: Task, body: Body, name: str) -> Exploration:
    strategy, found = _strategy(task.strategy), Exploration()
    findings: tuple[str, ...] = ()
    began = time.monotonic()
    try:
        for seed, executions in _parts(task, began):
            part = check(
                body, executions=executions, seed=seed, strategy=strategy, carriers=carriers()
            )
            part.executions += found.executions
            found = part
    except CheckFailed as failed:
        found.executions += failed.index + 1
        findings = (f"{name}: {failed.failure.signature}",)
        kept = keep_program(name, failed.failure.kind, failed.token, failed.report, task.folder)
        where = f"kept in {kept}" if kept else "not kept: its folder cannot be written"
        text = f"{failed.report}\n{where}"
        raise SchedulesFailed(text, findings[0], as_given((failed.token,), kept)) from None
    finally:
        seconds = time.monotonic() - began
        task.count(Counts(executions=found.executions, findings=findings, seconds=seconds))
    return found


def _parts(task: Task, began: float) -> Iterator[tuple[int, int]]:
    """Yield seeds and how many executions to run by each, until the budget is spent."""
    limit = task.budget.executions
    if task.budget.duration_s is None and limit is not None:
        yield task.seed, limit
        return
    for number in count():
        left = _PART if limit is None else min(_PART, limit - number * _PART)
        if left <= 0 or (number and task.budget.is_over(began)):
            return
        yield task.seed + number, left


def _strategy(name: str | None) -> str | None:
    """Return the strategy for one program, None for the several that are usual."""
    if name in (None, PORTFOLIO):
        return None
    if name not in STRATEGIES:
        raise BadMarker(f"{name} is for scenarios; for a program there is {', '.join(STRATEGIES)}")
    return name


def _replay(task: Task, body: Body, name: str) -> None:
    """Replay the tokens of a program; nothing if they are of another.

    Raises:
        SchedulesFailed: it fails again, or cannot be judged.
        ReplayedClean: it passes.
    """
    mine = [text for text in task.tokens if _is_of(text, name)]
    for text in mine:
        try:
            replay(body, text, carriers=carriers())
        except CheckFailed as failed:
            raise SchedulesFailed(failed.report, failed.failure.signature, (text,)) from None
        except CannotReplay as error:
            raise SchedulesFailed(not_judged(str(error)).words, tokens=(text,)) from None
    if mine:
        raise ReplayedClean


def _is_of(text: str, name: str) -> bool:
    return text.startswith(PROGRAM) and ProgramToken.decode(text).program.name == name
