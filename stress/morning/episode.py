# SPDX-License-Identifier: GPL-2.0-only
"""The last episode of a finding: how often it was seen while it was there, and not seen since.

- A version is a model and a class by their digests. An execution is determined by them, so what was
  there on a version is there on it for good: an execution of a version that a finding was seen on
  tells its rate, and only one of another version can tell that it is gone.
- From the first to the last sighting of an episode it counts as there on all versions: to leave
  out the nights between that did not see it would make its rate too high. An episode ends where
  it counted as gone and is seen again.

What of a night counts is in observed.py.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from stress.history import FindingRecord, NightRecord
from stress.morning.chances import GONE, Tally, still_there
from stress.morning.observed import Cells, Observed, Version, observations


@dataclass
class Episode:
    """What is known of a finding since it was first seen, or since it counted as gone.

    Attributes:
        tallies: for each scenario how often it was seen, and not seen.
        survived: how many versions after its first one it was there on.
        versions: those that it was there on.
        unsure: those that were run since, and have not shown it.
        unclear: executions since that it is not known of whether they showed it.
        newest: the version that was run last.
    """

    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    survived: int = 0
    versions: set[Version] = field(default_factory=set)
    unsure: set[Version] = field(default_factory=set)
    unclear: int = 0
    newest: Version | None = None

    @property
    def may_be_gone(self) -> bool:
        """Whether what was run last is no version that it was there on."""
        return bool(self.versions) and self.newest not in self.versions

    @property
    def failures(self) -> int:
        """How many executions showed it."""
        return sum(each.failures for each in self.tallies.values())

    @property
    def executions(self) -> int:
        """Of how many, in the scenarios that it was seen in."""
        return sum(each.executions for each in self.tallies.values() if each.failures)

    @property
    def clean(self) -> int:
        """How many executions of those scenarios have not shown it since it may be gone."""
        return sum(each.clean for each in self.tallies.values() if each.failures)

    def there(self, observed: Observed) -> None:
        """Take a night into account that has shown it to be there."""
        if self.versions:
            self.survived += len((self.unsure | {observed.version}) - self.versions)
        self.versions |= self.unsure | {observed.version}
        self.unsure.clear()
        self.unclear = 0
        for each in self.tallies.values():
            each.executions, each.clean = each.executions + each.clean, 0
        self._ran(observed.cells)

    def not_seen(self, observed: Observed) -> None:
        """Take a night into account that has not."""
        if observed.version in self.versions:
            self._ran(observed.cells)
            return
        self.unsure.add(observed.version)
        self.unclear += observed.unclear
        for scenario, (_, executions) in observed.cells.items():
            self.tallies[scenario].clean += executions

    def _ran(self, cells: Cells) -> None:
        for scenario, (failures, executions) in cells.items():
            self.tallies[scenario].failures += failures
            self.tallies[scenario].executions += executions


def last_episode(
    finding: FindingRecord, findings: Iterable[FindingRecord], nights: Sequence[NightRecord]
) -> Episode:
    """Return the last episode of a finding.

    Args:
        finding: the finding.
        findings: all that are known, for those that share its symptom.
        nights: all nights, the first one first.
    """
    return episode_of(observations(finding, findings, nights))


def episode_of(observed: Iterable[Observed]) -> Episode:
    """Return the last episode in what nights say of a finding, the first one first."""
    earlier: dict[Version, list[Observed]] = defaultdict(list)
    episode = Episode()
    for each in observed:
        episode.newest = each.version
        if each.there:
            gone = episode.may_be_gone and _is_gone(episode)
            if not episode.versions or gone:
                episode = Episode(newest=each.version)
            episode.there(each)
            for before in earlier.pop(each.version, ()):
                episode.not_seen(before)
        elif episode.versions:
            episode.not_seen(each)
        else:
            earlier[each.version].append(each)
    return episode


def _is_gone(episode: Episode) -> bool:
    return still_there(episode.tallies.values(), episode.survived) <= GONE
