# SPDX-License-Identifier: GPL-2.0-only
"""What campaign and workers say to each other: batches of executions, and facts about them."""

from dataclasses import dataclass
from functools import cache

from harness import Carriers, Failed, HarnessBug, NotDeterministic
from harness.detectors.lock_order import Learned
from harness.search import behaviour
from stress.executions import Single, Target, run_index
from stress.jobs.cursor import Cursor
from stress.scenarios import SCENARIOS, Scenario, ScenarioAtFault, machine_digest
from stress.system import Garbage
from vgic import Parameters

COMPARE_EVERY = 64
"""One execution in so many is run once more in another process, see stress/jobs/rerun.py."""

LOST_MAX = 3
"""A campaign ends when so many of its executions have ended the process that ran them, twice."""

LOOK_EVERY = 8
"""The behaviour of one execution in so many of a strategy is looked at: that takes a while."""


def is_looked_at(scenario: Scenario, strategy: str, index: int) -> bool:
    """Say whether the behaviour of an execution is looked at."""
    return index // len(scenario.arms(strategy)) % LOOK_EVERY == 0


def is_compared(index: int) -> bool:
    """Say whether an execution is run once more: one in a row of so many, another in each row.

    With the same one in each row, a portfolio of six strategies would have three of them compared.
    """
    row, place = divmod(index, COMPARE_EVERY)
    return place == (COMPARE_EVERY // 4 + row) % COMPARE_EVERY


@dataclass(frozen=True, slots=True)
class Batch:
    """Some executions of a campaign, for one worker.

    Attributes:
        number: the batch's place in the campaign.
        target: what is tested.
        seed: the campaign's seed.
        strategy: the strategy's name, or the mix.
        items: scenario and index of each execution, in the campaign's order.
        alone: they are no part of a row of executions, and each of them is compared.
    """

    number: int
    target: Target
    seed: int
    strategy: str
    items: tuple[tuple[str, int], ...]
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One execution, in short.

    Attributes:
        scenario: its scenario.
        index: its number within the scenario.
        strategy: the strategy that was used.
        steps: how many steps it took.
        windows: the windows it crossed.
        signature: its failure's identity, None if it passed.
        manner: what tells that from others of its identity.
        behaviour: what it showed, by scenario and happens-before order; None if nobody looked.
        orders: the orders in which it took locks.
        called: what was called of what the kernel overrides.
        reached: what else it reached of what leads to windows.
        deviated: it left the quiet default somewhere, or could not: one thread alone has no choice.
        digest: the digest of its trace, None if nobody is to compare it.
        machine: the digest of the machine that a user's scenario drew; "" if it is delivered here.
    """

    scenario: str
    index: int
    strategy: str
    steps: int
    windows: frozenset[str]
    signature: str | None
    behaviour: str | None = None
    orders: tuple[Learned, ...] = ()
    called: frozenset[str] = frozenset()
    reached: frozenset[str] = frozenset()
    deviated: bool = True
    digest: str | None = None
    machine: str = ""
    manner: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a worker found out about a batch.

    Attributes:
        number: the batch's place in the campaign.
        facts: one for each execution, in order; if LOST_MAX were lost, of those before the last.
        lost: executions that are neither pass nor fail, since each has ended the process that ran
            it, twice: scenario, number within the scenario, and what happened.
    """

    number: int
    facts: tuple[Fact, ...]
    lost: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Bug:
    """A worker met a bug of the harness, or a user's class that cannot be judged.

    Attributes:
        number: the batch or inquiry in which it did.
        message: what happened and in which execution.
        of_class: it is the user's class that is at fault.
    """

    number: int
    message: str
    of_class: bool = False


@cache
def _same(orders: tuple[Learned, ...]) -> tuple[Learned, ...]:
    """Return equal orders as one object: almost all executions have the same few."""
    return orders


def run_one(
    scenario: Scenario,
    seed: int,
    index: int,
    strategy: str,
    target: Target,
    carriers: Carriers,
    *,
    compared: bool = False,
) -> tuple[Single, Fact]:
    """Run one execution of a scenario; return it whole, and in short.

    Args:
        scenario: which scenario.
        seed: the campaign's seed.
        index: its number within the scenario.
        strategy: the strategy's name, or the mix.
        target: what is tested.
        carriers: what the threads run on.
        compared: it is to be compared, so its digest is wanted.

    Raises:
        HarnessBug: the execution showed something wrong with the harness; says which.
    """
    name, looked = scenario.name, is_looked_at(scenario, strategy, index)
    try:
        single = run_index(scenario, seed, index, strategy, target, carriers, listening=looked)
    except ScenarioAtFault:
        raise
    except NotDeterministic as bug:
        raise NotDeterministic(f"in execution {index} of {name} {bug.how}", bug.where) from bug
    except HarnessBug as bug:
        raise HarnessBug(f"in execution {index} of {name}: {bug}") from bug
    execution, outcome = single.execution, single.execution.outcome
    showed = behaviour(execution.trace, execution.touches) if looked else None
    failure = outcome.failure if isinstance(outcome, Failed) else None
    return single, Fact(
        scenario=name,
        index=index,
        strategy=scenario.strategy(strategy, index),
        steps=execution.steps,
        windows=single.windows,
        signature=None if failure is None else failure.signature,
        behaviour=f"{name} {showed}" if showed else None,
        orders=_same(single.orders),
        called=single.called,
        reached=single.steps,
        deviated=bool(execution.deviations) or _has_one_thread(single.parameters),
        digest=execution.digest if compared else None,
        machine=machine_digest(single.parameters) if scenario.origin else "",
        manner="" if failure is None else failure.manner,
    )


def _has_one_thread(parameters: Parameters) -> bool:
    threads = len(parameters.guests) + len(parameters.devices) + bool(parameters.host)
    return threads == 1


def run_batch(batch: Batch, carriers: Carriers, cursor: Cursor, garbage: Garbage) -> Facts:
    """Run a batch.

    Raises:
        ScenarioAtFault: a user's scenario draws no machine, or not always the same one.
        HarnessBug: an execution showed something wrong with the harness; says which.
    """
    facts: list[Fact] = []
    for item, (name, index) in enumerate(batch.items):
        cursor.come_to(item)
        compared = batch.alone or is_compared(index)
        _, fact = run_one(
            SCENARIOS[name],
            batch.seed,
            index,
            batch.strategy,
            batch.target,
            carriers,
            compared=compared,
        )
        garbage.left()
        facts.append(fact)
    return Facts(batch.number, tuple(facts))
