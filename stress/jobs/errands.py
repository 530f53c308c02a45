# SPDX-License-Identifier: GPL-2.0-only
"""Errands: what a night has done beside its executions, by workers too, since a user's code runs.

The tokens of earlier findings are replayed, and small machines are explored.
"""

from dataclasses import dataclass, replace

from harness import Carriers, Execution, Failed, OsThreads
from stress.executions import Single, Target, Token
from stress.findings import (
    EXPLORING,
    Answer,
    Example,
    as_found,
    outcome_on,
    revisions_with,
    simplest,
)
from stress.scenarios import SCENARIOS
from stress.spaces import Space, explored


@dataclass(frozen=True, slots=True)
class Replay:
    """A finding to replay.

    Attributes:
        number: its number among the errands.
        target: what to replay it on.
        tokens: its tokens.
    """

    number: int
    target: Target
    tokens: tuple[str, ...]

    @property
    def items(self) -> list[tuple[str, int]]:
        """Scenario and number, as a batch has them: the number is the token's."""
        return [(Token.decode(text).scenario, n) for n, text in enumerate(self.tokens)]


@dataclass(frozen=True, slots=True)
class ReplayedFinding:
    """How a finding came out: fails, passes, or cannot be judged."""

    number: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Exploring:
    """A small machine to explore: every behaviour of it, up to a bound.

    Attributes:
        number: its number among the errands.
        target: what to explore.
        scenario: the scenario.
        limit: give up after so many executions.
        replays_max: how many replays shrinking one failure may take.
    """

    number: int
    target: Target
    scenario: str
    limit: int
    replays_max: int

    @property
    def items(self) -> list[tuple[str, int]]:
        """Scenario and index of the execution, as a batch has them."""
        return [(self.scenario, 0)]


@dataclass(frozen=True, slots=True)
class ExploredSpace:
    """What came of exploring.

    Attributes:
        number: the number of the errand.
        complete: every behaviour was run.
        executions: how many executions were.
        failures: for each symptom, how many showed it.
        answers: for each symptom, the first, shrunk.
    """

    number: int
    complete: bool
    executions: int
    failures: tuple[tuple[str, int], ...]
    answers: tuple[Answer, ...]


Errand = Replay | Exploring

ErrandDone = ReplayedFinding | ExploredSpace


def run_errand(errand: Errand, carriers: OsThreads) -> ErrandDone:
    """Do an errand.

    Raises:
        HarnessBug: an execution showed something wrong with the harness.
    """
    if isinstance(errand, Replay):
        tokens = [Token.decode(text) for text in errand.tokens]
        return ReplayedFinding(errand.number, outcome_on(errand.target, tokens, carriers))
    return _explore(errand, carriers)


def _explore(errand: Exploring, carriers: OsThreads) -> ExploredSpace:
    space = Space(SCENARIOS[errand.scenario], 0, 0, None, errand.limit, errand.target)
    first: dict[str, tuple[Token, Example]] = {}

    def heard(execution: Execution) -> None:
        outcome = execution.outcome
        if isinstance(outcome, Failed) and outcome.failure.signature not in first:
            single = Single(space.parameters(), execution, frozenset())
            found = as_found(single, errand.scenario, errand.target, carriers)
            first[outcome.failure.signature] = found

    found = explored(space, carriers, heard, lambda: False)
    return ExploredSpace(
        errand.number,
        complete=found.complete,
        executions=found.executions,
        failures=tuple((name, each.executions) for name, each in sorted(found.failures.items())),
        answers=tuple(_answer(errand, *each, carriers) for each in first.values()),
    )


def _answer(errand: Exploring, token: Token, example: Example, carriers: Carriers) -> Answer:
    """Shrink what failed, and try it on every revision."""
    shrunk = simplest(
        token, example.failure, errand.target, carriers, replays_max=errand.replays_max
    )
    fails, passes = revisions_with([Token.decode(text) for text in shrunk.tokens], carriers)
    told = replace(shrunk, fails_on=fails, passes_on=passes)
    return Answer(errand.number, errand.scenario, 0, EXPLORING, told)
