# SPDX-License-Identifier: GPL-2.0-only
"""What the fixture `schedules` does with a program written against harness: `harness.check`.

A finding is kept, replays by a line for pytest, and hangs of the program fail the test alone. Under
`@given` only that of the example which Hypothesis reports is made simple and kept (given.py).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from harness import (
    Carriers,
    CheckFailed,
    Execution,
    Exploration,
    Failed,
    Failure,
    HarnessBug,
    NotDeterministic,
    Scheduler,
    check,
    replay,
    some_schedules,
)
from harness.checking import CannotReplay, ProgramToken, identity_of
from harness.search.strategies import PORTFOLIO, STRATEGIES
from stress.executions import Hung, kept_pool, watched
from stress.findings import keep_program
from stress.plugin.capture import last_words
from stress.plugin.counts import Counts
from stress.plugin.failing import HarnessAtFault, SchedulesFailed
from stress.plugin.marker import BadMarker
from stress.plugin.options import Budget
from stress.plugin.replays import Replays
from stress.plugin.task import Task
from stress.plugin.tested import checks_of
from stress.plugin.tokens import PROGRAM
from stress.plugin.trying import hung_text
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
    """
    if not callable(body):
        raise BadMarker(f"a program is a function that is given a Scheduler, not {body!r:.80}")
    name = identity_of(body).name
    if task.check is not None:
        checks_of(task.check)
    if task.replays is not None:
        with _judged(name, "in a replay"):
            _replay(task.replays, body, name)
        return Exploration()
    with _judged(name, f"seed {task.seed:#x}"):
        return _explored(task, body, name)


@contextmanager
def _judged(name: str, where: str) -> Iterator[None]:
    """Watch over a program, and say whose fault it is if that goes wrong."""
    place = f"{name}, {where}"
    try:
        with watched(kept_pool(), last_words, at_fault=Exit.FINDINGS, survives=True):
            yield
    except NotDeterministic as bug:
        raise SchedulesFailed(f"{bug}\n  {place}") from None
    except HarnessBug as bug:
        raise HarnessAtFault(f"HARNESS BUG: {bug}\n  {place}") from None
    except Hung as hung:
        raise SchedulesFailed(hung_text(hung, place)) from None


def _explored(task: Task, body: Body, name: str) -> Exploration:
    strategy, found = _strategy(task.strategy), Exploration()
    explores = check if task.reported else _checked_briefly
    findings: tuple[str, ...] = ()
    began = time.monotonic()
    try:
        for numbers in _parts(task.budget, began):
            part = explores(
                body, executions=numbers, seed=task.seed, strategy=strategy, carriers=kept_pool()
            )
            part.executions += found.executions
            if found.contended:
                part.meetings = found.meetings
            found = part
    except CheckFailed as failed:
        found.executions += numbers.index(failed.index) + 1
        task.fails_after(found.executions)
        findings = (f"{name}: {failed.failure.signature}",)
        folder = task.folder
        kept = keep_program(name, failed.failure.kind, failed.token, failed.report, folder.path)
        text = f"{failed.report}\n{folder.said(kept)}"
        tokens = folder.as_given((failed.token,), kept)
        raise SchedulesFailed(text, findings[0], tokens) from None
    except _Fails as fails:
        found.executions += fails.executions
        task.fails_after(found.executions)
        signature = f"{name}: {fails.failure.signature}"
        raise SchedulesFailed(f"{signature}\n  seed {task.seed:#x}", signature) from None
    finally:
        seconds = time.monotonic() - began
        task.count(Counts(executions=found.executions, findings=findings, seconds=seconds))
    return found


class _Fails(Exception):
    """A program fails in some execution, and no more is known of it.

    Attributes:
        failure: what is wrong.
        executions: how many were run.
    """

    def __init__(self, failure: Failure, executions: int) -> None:
        super().__init__(failure.signature)
        self.failure = failure
        self.executions = executions


def _checked_briefly(
    body: Body, *, executions: range, seed: int, strategy: str | None, carriers: Carriers
) -> Exploration:
    """Run the same executions as `check`, and make nothing simple of the first that fails.

    Raises:
        _Fails: an execution fails.
    """
    failures: list[Failure] = []

    def heard(execution: Execution) -> None:
        if isinstance(execution.outcome, Failed):
            failures.append(execution.outcome.failure)

    explored = some_schedules(
        body,
        carriers,
        executions=executions,
        seed=seed,
        strategy=strategy,
        heard=heard,
        stop=lambda: bool(failures),
    )
    if failures:
        raise _Fails(failures[0], explored.executions)
    return explored


def _parts(budget: Budget, began: float) -> Iterator[range]:
    """Yield which executions to run at a time, until the budget is spent."""
    left, done = budget.numbers, 0
    while left and not budget.is_over(began, done):
        part = left[: len(left) if budget.duration_s is None else _PART]
        yield part
        left = left[len(part) :]
        done += len(part)


def _strategy(name: str | None) -> str | None:
    """Return the strategy for one program, None for the several that are usual."""
    if name in (None, PORTFOLIO):
        return None
    if name not in STRATEGIES:
        raise BadMarker(f"{name} is for scenarios; for a program there is {', '.join(STRATEGIES)}")
    return name


def _replay(replays: Replays, body: Body, name: str) -> None:
    """Replay the tokens of a program; nothing if they are of another.

    Another call may be of a program of that name, too, so one that passes is no end.

    Raises:
        SchedulesFailed: it fails again.
    """
    for text in [text for text in replays.tokens if _is_of(text, name)]:
        try:
            replay(body, text, carriers=kept_pool())
        except CheckFailed as failed:
            raise SchedulesFailed(failed.report, failed.failure.signature, (text,)) from None
        except CannotReplay as error:
            replays.put_off(partial(_cannot, not_judged(str(error)).words, text))
        else:
            replays.passed = True


def _cannot(words: str, token: str) -> None:
    raise SchedulesFailed(words, tokens=(token,))


def _is_of(text: str, name: str) -> bool:
    return text.startswith(PROGRAM) and ProgramToken.decode(text).program.name == name
