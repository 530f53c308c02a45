# SPDX-License-Identifier: GPL-2.0-only
"""What a marked test does: executions in this process, up to the first finding.

The same executions as `vgic-stress run SCENARIO --seed N` has, on carriers that are kept for the
whole session; under xdist each worker claims a core of its own.
"""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from harness import Failed, HarnessBug, OsThreads
from harness.search.strategies import PORTFOLIO
from stress.campaign import differs_afresh
from stress.executions import Target, Token, fault_of, run_index, target_of, watched
from stress.findings import Example, look_into
from stress.inputs import Check, arguments
from stress.jobs import LocalPool
from stress.plugin.capture import last_words
from stress.replaying import opening, replay
from stress.reporting import example_text
from stress.scenarios import SCENARIOS, Scenario
from stress.shrinking import REPLAYS
from stress.system import Exit
from vgic import DEFAULT, CompositionError, named_revision
from vgic.composition import did_you_mean


@dataclass(frozen=True)
class Found:
    """What fails a test: what to say, and the tokens that replay it, if any do."""

    text: str
    tokens: tuple[str, ...] = ()


@cache
def _carriers() -> OsThreads:
    return OsThreads()


class BadMarker(ValueError):
    """What a marker asks for makes no sense; the message says what and why."""


def stress(
    args: Sequence[object],
    kwargs: Mapping[str, object],
    *,
    seed_text: str,
    token_texts: Sequence[str],
) -> Found | None:
    """Run what a marker asks for.

    Args:
        args: the marker's positional arguments.
        kwargs: the marker's keyword arguments.
        seed_text: the seed, as given.
        token_texts: tokens to replay instead, if any.

    Returns:
        The first finding, or why there is no verdict; None if there is nothing to say.

    Raises:
        BadMarker: an argument of the marker makes no sense.
    """
    try:
        marked = inspect.signature(_stress).bind(
            *args, **kwargs, seed_text=seed_text, token_texts=token_texts
        )
    except TypeError as error:
        raise BadMarker(str(error)) from error
    try:
        return _stress(*marked.args, **marked.kwargs)
    except (arguments.BadArgument, CompositionError) as error:
        raise BadMarker(str(error)) from error


def _stress(
    scenario: object,
    executions: object = 100,
    kernel: object = DEFAULT,
    bugs: object = (),
    strategy: object = PORTFOLIO,
    check: object = None,
    *,
    seed_text: str,
    token_texts: Sequence[str],
) -> Found | None:
    target = _target(kernel, bugs, check)
    if not isinstance(scenario, str) or not isinstance(strategy, str):
        wrong = strategy if isinstance(scenario, str) else scenario
        raise BadMarker(f"scenarios and strategies go by their names, not {wrong!r}")
    (name,) = arguments.scenarios([scenario])
    if type(executions) is not int or executions < 1:
        raise BadMarker(f"executions is a number from 1, not {executions!r}")
    seed, strategy = arguments.seed(seed_text), arguments.strategy(strategy)
    if token_texts:
        return _replay(token_texts, target)
    try:
        with watched(_carriers(), last_words, at_fault=Exit.FINDINGS):
            return _run(SCENARIOS[name], seed, executions, strategy, target)
    except HarnessBug as bug:
        what = fault_of(bug, target) or f"HARNESS BUG: {bug}"
        return Found(f"{what}\n  {name}, seed {seed:#x}, on {target}")


def _target(kernel: object, bugs: object, check: object) -> Target:
    names = _names(bugs, "bugs are names of bugs")
    checks = None if check is None else _names(check, "checks go by their names")
    for each in checks or ():
        if each not in list(Check):
            raise BadMarker(
                f"there is no check {each!r}{did_you_mean(each, list(Check))} "
                f"(there is {', '.join(Check)})"
            )
    if isinstance(kernel, str):
        named_revision(kernel)
    elif not inspect.isclass(kernel):
        raise BadMarker(f"kernel is a revision by name or a class, not {kernel!r}")
    races = None if checks is None else Check.RACES in checks
    return target_of(kernel, arguments.bugs(names)).judged_by(races, kicks=arguments.kicks(checks))


def _names(value: object, rule: str) -> Sequence[str]:
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise BadMarker(f"{rule}, not {value!r}")
    return names


def _run(
    scenario: Scenario, seed: int, executions: int, strategy: str, target: Target
) -> Found | None:
    for index in range(executions):
        single = run_index(scenario, seed, index, strategy, target, _carriers())
        if isinstance(single.execution.outcome, Failed):
            example = look_into(single, scenario.name, target, _carriers(), replays_max=REPLAYS)
            where = f"execution {index} of {scenario.name}"
            notes = _confirmed(target, example, where)
            text = example_text(example, f"{where}, seed {seed:#x}", target, notes)
            return Found(text, (example.token,))
    return None


def _confirmed(target: Target, example: Example, where: str) -> list[str]:
    """Have a finding run once more in a fresh process; say if it could not be.

    Raises:
        HarnessBug: it came out otherwise there.
    """
    try:
        with LocalPool(0, hang_s=arguments.hang_s()) as pool:
            differences = differs_afresh(pool, target.by_file(), example, where)
    except HarnessBug as bug:
        # A class inside a function, or one whose file needs its neighbours, cannot be had there.
        reason = str(bug).strip().splitlines()[-1]
        return [f"not confirmed in a fresh process: {reason}"]
    if differences:
        raise differences[0]
    return []


def _replay(token_texts: Sequence[str], target: Target) -> Found | None:
    """Replay on the test's kernel, not on that of the tokens; they say what to check for."""
    tokens = [Token.decode(text) for text in token_texts]
    said: list[str] = []
    cases = opening.on(replace(target, races=False), tokens)
    if replay(cases, said.append, last_words=last_words, at_fault=Exit.FINDINGS) is Exit.CLEAN:
        return None
    return Found("\n".join(said), tuple(token_texts))
