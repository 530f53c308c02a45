# SPDX-License-Identifier: GPL-2.0-only
"""Executions run once more where nothing has run before and strings hash otherwise.

An execution is to depend on nothing but its seed or its token. Run twice in one process it shows
what depends on time; not what depends on PYTHONHASHSEED, nor what depends on the five hundred
executions before it. So one in 64 of a campaign's executions, and every finding before it is
reported, is run in a process that is fresh (stress/jobs/fresh.py), and has to come out alike.
"""

from dataclasses import dataclass

from harness import Carriers, NotDeterministic
from harness.schedule import StrictReplay
from stress.executions import (
    Single,
    Target,
    Token,
    not_deterministic,
    outcome_text,
    run,
    run_index,
)
from stress.jobs.cursor import Cursor
from stress.scenarios import SCENARIOS, drawn_otherwise, machine_digest

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
        machine: the digest of the machine that a user's scenario drew; "" if it is delivered here.
    """

    scenario: str
    index: int
    digest: str
    outcome: str
    machine: str = ""


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
        times: how often each token is run.
    """

    number: int
    target: Target
    seed: int
    strategy: str
    executions: tuple[Expected, ...] = ()
    tokens: tuple[str, ...] = ()
    found_in: str = ""
    times: int = 1

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
        lost: what could not be run, since each time it has ended the process that ran it: its place
            among the executions, or for a token their number, and what happened.
    """

    number: int
    compared: int
    differences: tuple[tuple[str, str], ...]
    lost: tuple[tuple[int, str], ...] = ()


def run_again(rerun: Rerun, carriers: Carriers, cursor: Cursor) -> Reran:
    """Run the executions of a rerun and compare; of a token the first difference is enough.

    Raises:
        ScenarioAtFault: a user's scenario has drawn another machine than in the campaign.
        HarnessBug: the harness's own code raised an exception.
    """
    differences: list[NotDeterministic] = []
    target = rerun.target
    for item, each in enumerate(rerun.executions):
        cursor.come_to(item)
        scenario = SCENARIOS[each.scenario]
        single = run_index(scenario, rerun.seed, each.index, rerun.strategy, target, carriers)
        if each.machine not in ("", machine_digest(single.parameters)):
            raise drawn_otherwise(scenario, f"for execution {each.index} of seed {rerun.seed}")
        if single.execution.digest != each.digest:
            who = f"execution {each.index} of {each.scenario}"
            there = f"{each.outcome} (digest {each.digest})"
            differences.append(_different(who, there, single, target, carriers))
    cursor.come_to(len(rerun.executions))
    for text in rerun.tokens:
        token = Token.decode(text)
        for _ in range(rerun.times):
            single = run(token.parameters, target, StrictReplay(token.deviations), carriers)
            if single.execution.digest != token.digest:
                who = f"what was found in {rerun.found_in}, replayed,"
                there = f"{token.signature!r} (digest {token.digest})"
                differences.append(_different(who, there, single, target, carriers))
                break
    compared = len(rerun.executions) + len(rerun.tokens)
    return Reran(rerun.number, compared, tuple((bug.how, bug.where) for bug in differences))


def _different(
    who: str, there: str, here: Single, target: Target, carriers: Carriers
) -> NotDeterministic:
    how = (
        f"{who} gave {there} in the campaign and {outcome_text(here.execution)} (digest "
        f"{here.execution.digest}) in a fresh process with another PYTHONHASHSEED"
    )
    return not_deterministic(how, here.parameters, target, carriers, in_another_process=True)
