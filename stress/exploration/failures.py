# SPDX-License-Identifier: GPL-2.0-only
"""The failures of an exploration: each is confirmed and kept as it is found, and shrunk at the end.

Exploring goes on for long after the first failure, and may be killed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from harness import Execution, Failed, HarnessBug, OsThreads
from harness.search.explore import Exploration
from stress.campaign import Pool, differs_afresh
from stress.executions import Single, Subject
from stress.findings import Example, Finding, Keeper, as_found, look_into
from stress.reporting import finding_text, replay_command
from stress.shrinking import REPLAYS
from stress.system import say
from vgic import Mechanism, Parameters


@dataclass(frozen=True)
class _Confirmed:
    """A failure as it was found, and its number among them."""

    number: int
    single: Single
    finding: Finding


@dataclass
class Failures:
    """The failures of one machine.

    Attributes:
        scenario: where its parameters come from.
        index: the number of the execution they were drawn for.
        parameters: the machine and its programs.
        subject: what is tested.
        kernel: the same, as a class.
        carriers: what the threads run on.
    """

    scenario: str
    index: int
    parameters: Parameters
    subject: Subject
    kernel: type[Mechanism]
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
            single = Single(self.parameters, execution, frozenset())
            _, example = as_found(single, self.scenario, self.subject, self.kernel, self.carriers)
            self._must_hold(example)
            confirmed = _Confirmed(len(self._confirmed) + 1, single, self._finding(example))
            self._confirmed[outcome.failure.signature] = confirmed
            self._keeper.confirmed(confirmed.number, confirmed.finding)

    def say(self, exploration: Exploration, interrupted: Callable[[], bool]) -> list[str]:
        """Shrink, keep and print each failure that was confirmed.

        Returns:
            What was wrong with the harness meanwhile; the failure is then told as it was found.
        """
        bugs = []
        for signature, confirmed in self._confirmed.items():
            finding = confirmed.finding
            try:
                finding = self._shrunk(confirmed.single, interrupted)
            except HarnessBug as bug:
                bugs.append(str(bug))
            kept = self._keeper.settled(confirmed.number, finding)
            command = replay_command(finding, self.subject, kept)
            failed = exploration.failures.get(signature)
            count = 1 if failed is None else failed.executions
            say(finding_text(confirmed.number, finding, count, command, kept, drawn=True))
        return bugs

    def _shrunk(self, single: Single, interrupted: Callable[[], bool]) -> Finding:
        example = look_into(
            single,
            self.scenario,
            self.subject,
            self.kernel,
            self.carriers,
            replays_max=REPLAYS,
            interrupted=interrupted,
        )
        self._must_hold(example)
        return self._finding(example)

    @property
    def counts(self) -> dict[str, int]:
        """Those that were confirmed, once each, for where nobody has counted."""
        return dict.fromkeys(self._confirmed, 1)

    def _finding(self, example: Example) -> Finding:
        return Finding(self.scenario, self.index, "explore", example)

    def _must_hold(self, example: Example) -> None:
        where = f"an exploration of {self.scenario}"
        with Pool(0) as pool:
            differences = differs_afresh(pool, self.subject, example, where)
        if differences:
            raise HarnessBug(differences[0])
