# SPDX-License-Identifier: GPL-2.0-only
"""Executions run once more where nothing has run before and strings hash otherwise.

An execution is to depend on nothing but its seed or its token. Run twice in one process it shows
what depends on time; not what depends on PYTHONHASHSEED, nor what depends on the five hundred
executions before it. So one in 64 of a campaign's executions, and every finding before it is
reported, is run in a process that is fresh (stress/jobs/fresh.py), and has to come out alike.
"""

from dataclasses import dataclass

from harness import Carriers, Execution, NotDeterministic
from harness.schedule import StrictReplay
from stress.executions import (
    Target,
    Token,
    not_deterministic,
    outcome_text,
    run,
    run_index,
)
from stress.scenarios import SCENARIOS

COMPARED_AT_ONCE = 16
"""So many executions are compared in one fresh process: the more, the less fresh for the last."""


@dataclass(frozen=True, slots=True)
class Expected:
    """An execution of a campaign, and how it came out there.

    Attributes:
        scenario: its scenario.
        index: its number within the scenario.
        digest: the digest of its trace.
        outcome: what came of it, in a word or two.
    """

    scenario: str
    index: int
    digest: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Rerun:
    """Executions to run once more.

    Attributes:
        number: its number among the campaign's reruns, from 0.
        target: what is tested.
        seed: the campaign's seed.
        strategy: the strategy's name, or the mix.
        executions: executions of the campaign.
        tokens: executions by their tokens, which say how they came out.
        found_in: the execution in which the failure was found whose tokens these are.
    """

    number: int
    target: Target
    seed: int
    strategy: str
    executions: tuple[Expected, ...] = ()
    tokens: tuple[str, ...] = ()
    found_in: str = ""

    @property
    def items(self) -> list[tuple[str, int]]:
        """Scenario and index of each execution, as a batch has them."""
        return [(each.scenario, each.index) for each in self.executions]


@dataclass(frozen=True, slots=True)
class Reran:
    """What came of a rerun.

    Attributes:
        number: the rerun's.
        compared: how many executions were compared.
        differences: what came out otherwise, as a NotDeterministic has it: how, and where.
    """

    number: int
    compared: int
    differences: tuple[tuple[str, str], ...]


def run_again(rerun: Rerun, carriers: Carriers) -> Reran:
    """Run the executions of a rerun and compare.

    Raises:
        HarnessBug: the harness's own code raised an exception.
    """
    differences: list[NotDeterministic] = []
    target = rerun.target
    for each in rerun.executions:
        scenario = SCENARIOS[each.scenario]
        single = run_index(scenario, rerun.seed, each.index, rerun.strategy, target, carriers)
        execution = single.execution
        if execution.digest != each.digest:
            who = f"execution {each.index} of {each.scenario}"
            how = _differs(who, f"{each.outcome} (digest {each.digest})", execution)
            differences.append(not_deterministic(how, single.parameters, target, carriers))
    for text in rerun.tokens:
        token = Token.decode(text)
        replay = StrictReplay(token.deviations)
        execution = run(token.parameters, target, replay, carriers).execution
        if execution.digest != token.digest:
            who = f"what was found in {rerun.found_in}, replayed,"
            how = _differs(who, f"{token.signature!r} (digest {token.digest})", execution)
            differences.append(not_deterministic(how, token.parameters, target, carriers))
    compared = len(rerun.executions) + len(rerun.tokens)
    return Reran(rerun.number, compared, tuple((bug.how, bug.where) for bug in differences))


def _differs(who: str, there: str, here: Execution) -> str:
    return (
        f"{who} gave {there} in the campaign and {outcome_text(here)} (digest {here.digest}) in a "
        "fresh process with another PYTHONHASHSEED"
    )
