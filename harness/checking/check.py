# SPDX-License-Identifier: GPL-2.0-only
"""check: run a program under many schedules, and say of the first failure all that helps.

That is what a test of one's own code calls. It passes, or raises with the simplest schedule that
fails alike, drawn thread by thread, and with the line that runs it again.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from harness.checking.columns import columns
from harness.checking.failed import CheckFailed
from harness.checking.programs import Identity, Program, identity_of
from harness.checking.shrinking import Failing, shrunk
from harness.checking.token import ProgramToken
from harness.engine import (
    Carriers,
    DivergedFrom,
    Execution,
    Failed,
    Failure,
    OsThreads,
    Passed,
    execute,
    printable_name,
)
from harness.schedule import StrictReplay
from harness.search.explore import Exploration, some_schedules
from harness.search.strategies import STRATEGIES

STEPS_MAX = 20_000
"""An execution of more steps is a livelock, unless another bound is asked for."""


class CannotReplay(ValueError):
    """A token says nothing about this program; the message says why."""


def check(
    program: Program,
    *,
    executions: int | range = 300,
    seed: int = 1,
    strategy: str | None = None,
    steps_max: int = STEPS_MAX,
    carriers: Carriers | None = None,
    name: str = "",
) -> Exploration:
    """Run a program under so many schedules; raise at the first that fails, made simple.

    Args:
        program: adds its threads to the scheduler it is given.
        executions: how many schedules, or which by their numbers; each is chosen by the seed and
            its number alone.
        seed: what they are chosen by.
        strategy: the name of one of STRATEGIES; None for several in turn that together find most
            in one program.
        steps_max: the bound past which an execution counts as a livelock.
        carriers: what the threads run on; None for OS threads that are there for this call.
        name: what to call the program; "" for its function's name.

    Returns:
        What was explored, where nothing failed. Its text says if the threads never contended.

    Raises:
        CheckFailed: an execution failed.
        NotDeterministic: it came out otherwise under the same schedule.
        ValueError: there is no such strategy, nothing is to be run, or the program adds no thread.
    """
    __tracebackhide__ = True
    numbers = range(executions) if isinstance(executions, int) else executions
    if not numbers:
        raise ValueError(f"nothing is checked in {executions} executions: ask for one at least")
    if strategy is not None and strategy not in STRATEGIES:
        raise ValueError(f"no strategy is called {strategy!r:.40}: {', '.join(STRATEGIES)} are")
    failed: list[Execution] = []

    def heard(execution: Execution) -> None:
        if isinstance(execution.outcome, Failed):
            failed.append(execution)

    with _lent(carriers) as lent:
        explored = some_schedules(
            program,
            lent,
            executions=numbers,
            seed=seed,
            strategy=strategy,
            steps_max=steps_max,
            heard=heard,
            stop=lambda: bool(failed),
        )
        if not failed:
            return explored
        failing, replays = shrunk(program, failed[0], lent, steps_max)
        index = numbers[explored.executions - 1]
        found = f"first in execution {index} of {len(numbers)} (seed {seed})"
        remark = f"{found}; {_size(failing)} (in {_counted(replays, 'replay')})"
        token = _token(failing, identity_of(program, name))
        drawn = columns(program, failing, lent, steps_max)
    options = _options(name, steps_max)
    raise CheckFailed(_failure(failing.execution), token, drawn, remark, index, options)


def replay(
    program: Program,
    token: str,
    *,
    carriers: Carriers | None = None,
    steps_max: int = STEPS_MAX,
    name: str = "",
) -> Execution:
    """Run a program under the schedule of a token.

    Args:
        program: the one that the token is of; its function may have moved.
        token: what a CheckFailed says.
        carriers: what the threads run on; None for OS threads that are there for this call.
        steps_max: the bound past which an execution counts as a livelock.
        name: what the program is called; "" for its function's name.

    Returns:
        The execution, which did not fail.

    Raises:
        CheckFailed: it fails.
        CannotReplay: the token is of another program, or the program does not do any more what
            the schedule is of.
        BadToken: it is no token, or a damaged one.
        UnknownVersion: it is the token of another version.
    """
    __tracebackhide__ = True
    recorded, here = ProgramToken.decode(token), identity_of(program, name)
    if other := recorded.program.differs_from(here):
        raise CannotReplay(f"the token is of another program: {other}; run `check` again")
    with _lent(carriers) as lent:
        strict = StrictReplay(recorded.deviations)
        execution = execute(program, strict, lent, steps_max=steps_max)
        if divergence := _divergence(execution, strict):
            raise CannotReplay(
                f"the program does not go the way of the token any more: {divergence}; "
                "run `check` again"
            )
        if not isinstance(execution.outcome, Failed):
            return execution
        failing = Failing(execution, tuple(strict.labelled), tuple(strict.preemptions))
        drawn = columns(program, failing, lent, steps_max)
    failure = _failure(execution)
    same = execution.digest == recorded.digest
    remark = f"failed again: replayed strictly, {execution.steps} steps, " + (
        "the same trace" if same else f"another trace; the token is of {recorded.signature}"
    )
    options = _options(name, steps_max)
    raise CheckFailed(failure, _token(failing, here), drawn, remark, options=options)


@contextmanager
def _lent(carriers: Carriers | None) -> Iterator[Carriers]:
    """Give the carriers, or some that are there until the end of the block."""
    if carriers is not None:
        yield carriers
        return
    with OsThreads() as own:
        yield own


def _token(failing: Failing, program: Identity) -> ProgramToken:
    execution = failing.execution
    signature = _failure(execution).signature
    return ProgramToken(program, failing.schedule, signature, execution.digest)


def _failure(execution: Execution) -> Failure:
    assert isinstance(execution.outcome, Failed)
    return execution.outcome.failure


def _options(name: str, steps_max: int) -> dict[str, object]:
    """Return what `replay` has to be told of how it was checked, beside program and token."""
    told: dict[str, object] = {"name": printable_name(name)} if name else {}
    return told if steps_max == STEPS_MAX else {**told, "steps_max": steps_max}


def _size(failing: Failing) -> str:
    choices, preemptions = len(failing.schedule), len(failing.preemptions)
    if not choices:
        return "it fails so where nobody is preempted"
    return f"{_counted(choices, 'choice')}, {_counted(preemptions, 'preemption')}"


def _counted(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'s' * (number != 1)}"


def _divergence(execution: Execution, strict: StrictReplay) -> str:
    outcome = execution.outcome
    if isinstance(outcome, DivergedFrom):
        return f"at step {outcome.step}: expected {outcome.expected}; met {outcome.met}"
    if isinstance(outcome, Passed) and strict.never_reached:
        never = strict.never_reached[0]
        return (
            f"at step {execution.steps}: expected operation {never.n} of {never.role}; "
            "met the end of the execution"
        )
    return ""
