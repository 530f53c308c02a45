# SPDX-License-Identifier: GPL-2.0-only
"""The failures of an exploration: each is confirmed and kept as it is found, and shrunk at the end.

Exploring goes on for long after the first failure, and may be killed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from harness import Execution, Failed, HarnessBug, OsThreads
from harness.search.explore import Exploration
from stress.campaign import differs_afresh
from stress.executions import Single, Token
from stress.findings import EXPLORING, Example, Finding, Keeper, as_found, simplest
from stress.jobs import LocalPool
from stress.reporting import finding_text, replay_command
from stress.shrinking import REPLAYS
from stress.spaces import Space
from stress.system import say


@dataclass(frozen=True)
class _Confirmed:
    """A failure as it was found, its token, and its number among them."""

    number: int
    token: Token
    finding: Finding


@dataclass
class Failures:
    """The failures of one machine.

    Attributes:
        space: what is explored.
        carriers: what the threads run on.
    """

    space: Space
    carriers: OsThreads
    _confirmed: dict[str, _Confirmed] = field(default_factory=dict)
    _keeper: Keeper = field(default_factory=Keeper)

    def heard(self, execution: Execution) -> None:
        """Confirm and keep an execution, if it fails as none did before.

        Raises:
            HarnessBug: it comes out otherwise when it is replayed.
        """
        outcome = execution.outcome
        if isinstance(outcome, Failed) and outcome.failure.signature not in self._confirmed:
            space = self.space
            single = Single(space.parameters(), execution, frozenset())
            token, example = as_found(single, space.scenario.name, space.target, self.carriers)
            self._must_hold(example)
            confirmed = _Confirmed(len(self._confirmed) + 1, token, self._finding(example))
            self._confirmed[outcome.failure.signature] = confirmed
            self._keeper.confirmed(confirmed.number, confirmed.finding)

    def say(self, exploration: Exploration, interrupted: Callable[[], bool]) -> list[HarnessBug]:
        """Shrink, keep and print each failure that was confirmed.

        Returns:
            What was wrong meanwhile; the failure is then reported as it was found.
        """
        bugs: list[HarnessBug] = []
        for signature, confirmed in self._confirmed.items():
            finding = confirmed.finding
            try:
                finding = self._shrunk(confirmed, interrupted)
            except HarnessBug as bug:
                bugs.append(bug)
            kept = self._keeper.settled(confirmed.number, finding)
            command = replay_command(finding, self.space.target, kept)
            failed = exploration.failures.get(signature)
            count = 1 if failed is None else failed.executions
            say(finding_text(confirmed.number, finding, count, command, kept, drawn=True))
        return bugs

    def _shrunk(self, confirmed: _Confirmed, interrupted: Callable[[], bool]) -> Finding:
        example = simplest(
            confirmed.token,
            confirmed.finding.example.failure,
            self.space.target,
            self.carriers,
            replays_max=REPLAYS,
            interrupted=interrupted,
        )
        self._must_hold(example)
        return self._finding(example)

    def counts(self, exploration: Exploration) -> dict[str, int]:
        """Return in how many executions each was seen; 1 where nobody has counted."""
        counted = {name: each.executions for name, each in exploration.failures.items()}
        return {**dict.fromkeys(self._confirmed, 1), **counted}

    def _finding(self, example: Example) -> Finding:
        return Finding(self.space.scenario.name, self.space.execution, EXPLORING, example)

    def _must_hold(self, example: Example) -> None:
        where = f"an exploration of {self.space.scenario.name}"
        with LocalPool(0) as pool:
            differences = differs_afresh(pool, self.space.target, example, where)
        if differences:
            raise differences[0]
