# SPDX-License-Identifier: GPL-2.0-only
"""The last episode of a finding: while it was there how often it was seen, and not seen since when.

What the tests of gone.py and slower.py count is here, and with it what must not be counted:

- A version is a model and a class by their digests. An execution is determined by them, so what was
  there on a version is there on it for good: an execution of a version that a finding was seen on
  tells its rate, and only one of another version can tell that it is gone.
- From the first to the last sighting of an episode it counts as there on all versions: to leave
  out the nights between that did not see it would make its rate too high. An episode ends where
  it counted as gone and is seen again.
- Executions of the same seed and version are the same ones: another night that ran them again
  has seen nothing new.
- A symptom may be another finding's, too: then of each night only one execution is known to be this
  one's, and without a sighting it is not known whether executions with the symptom show it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from stress.history import FindingRecord, NightRecord, Sighting, TargetRecord
from stress.morning.chances import GONE, Tally, still_there

EXPLORING = "explore"
"""Stands for a strategy where exploring found something; that has no rate."""

_Cells = dict[str, tuple[int, int]]
"""For each scenario failures, and of how many executions."""


@dataclass(frozen=True)
class Version:
    """What was run: the model and the user's class, by their digests."""

    model: str
    source: str


@dataclass(frozen=True)
class Observed:
    """What one night says of a finding.

    Attributes:
        night: the night's name.
        version: what was run.
        there: it was seen, or its token failed.
        cells: for each scenario failures, and of how many executions, those left out that an
            earlier night has run already.
        unclear: executions of scenarios in which its symptom was seen, and that were not it as far
            as is known.
    """

    night: str
    version: Version
    there: bool
    cells: _Cells
    unclear: int


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

    def _ran(self, cells: _Cells) -> None:
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


def observations(
    finding: FindingRecord, findings: Iterable[FindingRecord], nights: Sequence[NightRecord]
) -> Iterator[Observed]:
    """Yield what each night says of a finding, the first one first.

    A night that is no longer kept is put where its sighting says that it was.
    """
    sightings = {sighting.night: sighting for sighting in finding.sightings}
    failed = {each.night for each in finding.replays if each.outcome == "fails"}
    rivals = {
        sighting.night
        for other in findings
        if (other.target, other.symptom) == (finding.target, finding.symptom)
        and other.id != finding.id
        for sighting in other.sightings
    }
    lost = [each for each in finding.sightings if each.night not in {n.night for n in nights}]
    counted = _Counted()
    for night in nights:
        while lost and lost[0].at <= night.begun:
            yield _from_sighting(lost.pop(0))
        for target in night.targets:
            if target.target != finding.target:
                continue
            sighting = sightings.get(night.night)
            cells, unclear = _cells(finding, target, sighting, shared=night.night in rivals)
            version = Version(night.model, target.source)
            there = sighting is not None or night.night in failed
            fresh = counted.fresh(night, version, cells)
            yield Observed(night.night, version, there, fresh, unclear)
    yield from map(_from_sighting, lost)


def _cells(
    finding: FindingRecord, target: TargetRecord, sighting: Sighting | None, *, shared: bool
) -> tuple[_Cells, int]:
    cells, unclear = {}, 0
    for cell in target.cells:
        failures = cell.failures.get(finding.symptom, 0)
        if sighting is None and failures:
            unclear += cell.executions
            continue
        if sighting is not None and shared:
            own = sighting.scenario == cell.scenario and sighting.strategy != EXPLORING
            failures = min(failures, int(own))
        cells[cell.scenario] = (failures, cell.executions)
    return cells, unclear


def _from_sighting(sighting: Sighting) -> Observed:
    """Return what is left of a night: of all scenarios together, so its rate is at least this."""
    cells = {sighting.scenario: (sighting.count, sighting.executions)}
    version = Version(sighting.model, sighting.source)
    found = {} if sighting.strategy == EXPLORING else cells
    return Observed(sighting.night, version, True, found, 0)


class _Counted:
    """Which executions nights have run, so that none is counted twice."""

    def __init__(self) -> None:
        self._parts: dict[tuple[object, ...], dict[tuple[int, int], tuple[int, int]]] = {}

    def fresh(
        self, night: NightRecord, version: Version, cells: Mapping[str, tuple[int, int]]
    ) -> _Cells:
        """Return of each scenario what no earlier night has run."""
        found = {}
        for scenario, (failures, executions) in cells.items():
            parts = self._parts.setdefault((night.seed, version, scenario), {})
            before = _together(parts)
            had = parts.get(night.shard, (0, 0))
            parts[night.shard] = max(had[0], failures), max(had[1], executions)
            after = _together(parts)
            found[scenario] = after[0] - before[0], after[1] - before[1]
        return found


def _together(parts: Mapping[tuple[int, int], tuple[int, int]]) -> tuple[int, int]:
    """Return failures and executions of parts: those of one division add up, divisions overlap."""
    sums: dict[int, tuple[int, int]] = {}
    for (_, of), (failures, executions) in parts.items():
        so_far = sums.get(of, (0, 0))
        sums[of] = so_far[0] + failures, so_far[1] + executions
    return max((0, *(f for f, _ in sums.values()))), max((0, *(e for _, e in sums.values())))
