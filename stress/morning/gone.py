# SPDX-License-Identifier: GPL-2.0-only
"""How sure it is that a finding which is no longer seen is gone.

What is counted is said in observed.py and episode.py, what follows from it in chances.py, with the
sources. In one sentence: from how often it was seen while it was there, how likely is it that the
clean executions since are no more than luck?

What it does not know: a rate is of the model and class that it was measured on, and of the mix of
strategies and parameters of those nights. A change that leaves the race there but makes it rarer is
indistinguishable from a mend until it is met again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stress.history import FindingRecord, NightRecord
from stress.morning.chances import (
    FAILURES_NEEDED,
    GONE,
    failures_worth,
    more_executions,
    still_there,
)
from stress.morning.episode import Episode, last_episode
from stress.system import counted

SURE = "99 % gone"
"""The claim, where it can be made; it stands in the texts word for word."""


@dataclass(frozen=True)
class Gone:
    """How sure it is that a finding is gone.

    Attributes:
        id: the finding's.
        failures: how many executions showed it while it was there.
        executions: of how many, in the scenarios that it was seen in.
        clean: how many executions of those scenarios have not shown it since.
        chance: the probability that it is still there.
        more: how many more executions of those scenarios make that 1 %, if none shows it; 0 if it
            is so, None if no number does.
        worth: how many failures the rate is known by, see `failures_worth`.
        unclear: executions since that had its symptom among them, and are not counted.
        changed: what was run last is something else than all that it was there on.
    """

    id: str
    failures: int
    executions: int
    clean: int
    chance: float
    more: int | None
    worth: int
    unclear: int
    changed: bool

    @property
    def is_gone(self) -> bool:
        """Whether it can be claimed: 1 % at most, by a rate that is known well enough."""
        return self.chance <= GONE and self.is_known_well

    @property
    def is_known_well(self) -> bool:
        """Whether it was seen often enough for the claim to cost little more than it must."""
        return self.worth >= FAILURES_NEEDED

    @property
    def rate(self) -> str:
        """How often it was seen while it was there, in words."""
        if not self.failures:
            return "met by exploring alone, so it has no rate"
        one_in = self.executions / self.failures
        return (
            f"seen in {self.failures:,} of {self.executions:,} (1 in "
            f"{one_in:,.{1 if one_in < 10 else 0}f}) on the model and class of then"
        )

    def text(self) -> str:
        """Return all that there is to say in one line, what matters most first."""
        return "; ".join(self.sentences())

    def sentences(self) -> list[str]:
        """Return what there is to say, the claim or the chance first, each without a full stop."""
        if not self.changed:
            return ["still there: neither the model nor the class has changed since", self.rate]
        if not self.failures:
            return [f"{self.rate}; whether it is gone, its token and exploring again can say"]
        claim = SURE if self.is_gone else f"still there with a chance of {_percent(self.chance)}"
        said = [f"{claim}: {self.rate}, in none of {self.clean:,} since"]
        if self.more:
            said.append(f"1 % after {self.more:,} more without it")
        elif self.more is None:
            said.append("no number of executions makes that 1 %")
        if not self.is_known_well:
            times = "once" if self.worth == 1 else counted(self.worth, "time")
            said.append(
                f'seen {times} only, so its rate is hardly known: "{SURE}" takes {FAILURES_NEEDED}'
            )
        if self.unclear:
            said.append(
                f"{self.unclear:,} not counted: something with its symptom was seen among them"
            )
        return said


def gone(
    finding: FindingRecord, findings: Iterable[FindingRecord], nights: Sequence[NightRecord]
) -> Gone:
    """Return how sure it is that a finding is gone.

    Args:
        finding: the finding.
        findings: all that are known: some may share its symptom.
        nights: all nights, the first one first.
    """
    return gone_by(finding.id, last_episode(finding, findings, nights))


def gone_by(name: str, episode: Episode) -> Gone:
    """Return how sure it is that a finding is gone.

    Args:
        name: the finding's id.
        episode: what is known of it.
    """
    tallies, changed = episode.tallies, episode.may_be_gone
    return Gone(
        id=name,
        failures=episode.failures,
        executions=episode.executions,
        clean=episode.clean,
        chance=still_there(tallies.values(), episode.survived) if changed else 1.0,
        more=more_executions(tallies, episode.survived) if changed else None,
        worth=failures_worth(tallies),
        unclear=episode.unclear,
        changed=changed,
    )


def _percent(chance: float) -> str:
    percent = 100 * chance
    if percent < 0.1:
        return "less than 0.1 %"
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.1f} %"
