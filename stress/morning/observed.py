# SPDX-License-Identifier: GPL-2.0-only
"""What each night says of a finding: was it there, and which executions showed it and which not.

What must not be counted is left out here:

- Executions of the same seed, points, model and class are the same ones: another night that ran
  them again has seen nothing new.
- A symptom may be another finding's, too, and a finding may have been seen as another symptom than
  its first: then of each night only one execution is known to be this finding's. Without a
  sighting it is not known whether executions with its symptom show it. Where nothing is known of
  another one, all executions with its symptom are this finding's.
- A night without points at plain accesses can hardly meet what was only ever met with them, so
  that it has not met it says nothing. Nor does a night whose judge is not the one that finds it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from stress.findings import EXPLORING, FAILS
from stress.history import FindingRecord, NightRecord, Sighting, TargetRecord, place_of
from stress.inputs import Points
from vgic import ARCHITECTURE, JudgedBy

Cells = dict[str, tuple[int, int]]
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
    cells: Cells
    unclear: int


def observations(
    finding: FindingRecord, findings: Iterable[FindingRecord], nights: Sequence[NightRecord]
) -> Iterator[Observed]:
    """Yield what each night says of a finding, the first one first.

    A night that is no longer kept is put where its sighting says that it was.
    """
    sightings = {sighting.night: sighting for sighting in finding.sightings}
    failed = {each.night for each in finding.replays if each.outcome == FAILS}
    rivals = {
        sighting.night
        for other in findings
        if (other.target, other.symptom) == (finding.target, finding.symptom)
        and other.id != finding.id
        for sighting in other.sightings
    }
    kept = {night.night for night in nights}
    lost = [each for each in finding.sightings if each.night not in kept]
    counted = _Counted()
    with_points = {night.points for night in nights if night.night in sightings} == {Points.ALL}
    for night in nights:
        while lost and place_of(lost[0]) < place_of(night):
            yield _from_sighting(lost.pop(0))
        for target in night.targets:
            if target.target != finding.target:
                continue
            sighting = sightings.get(night.night)
            cells, unclear = _cells(finding, target, sighting, shared=night.night in rivals)
            version = Version(night.model, target.source)
            there = sighting is not None or night.night in failed
            if (with_points and night.points != Points.ALL) or not _looks_for(night, finding):
                cells, unclear = {}, 0
            fresh = counted.fresh(night, version, cells)
            yield Observed(night.night, version, there, fresh, unclear)
    yield from map(_from_sighting, lost)


def _looks_for(night: NightRecord, finding: FindingRecord) -> bool:
    """Tell whether a night had the judge that alone finds such a finding."""
    of_architecture = finding.symptom.startswith(ARCHITECTURE)
    only = JudgedBy.INVARIANTS if of_architecture else JudgedBy.ARCHITECTURE
    return night.judge != only


def _cells(
    finding: FindingRecord, target: TargetRecord, sighting: Sighting | None, *, shared: bool
) -> tuple[Cells, int]:
    cells, unclear = {}, 0
    shared = shared or not any(finding.symptom in cell.failures for cell in target.cells)
    for cell in target.cells:
        failures = cell.failures.get(finding.symptom, 0)
        if sighting is None and failures:
            unclear += cell.executions
            continue
        if sighting is not None and shared:
            own = sighting.scenario == cell.scenario and sighting.strategy != EXPLORING
            failures = min(cell.executions, int(own))
        cells[cell.scenario] = (failures, cell.executions)
    return cells, unclear


def _from_sighting(sighting: Sighting) -> Observed:
    """Return what is left of a night: of all scenarios together, so its rate is at least this.

    A night that was killed has counted nothing: it knows of one execution, and not of how many.
    """
    version = Version(sighting.model, sighting.source)
    counts = sighting.count, sighting.executions
    known = sighting.strategy != EXPLORING and counts != (1, 1)
    return Observed(sighting.night, version, True, {sighting.scenario: counts} if known else {}, 0)


_Parts = dict[tuple[int, int], tuple[int, int]]
"""For each part of a night, as K of N, failures, and of how many executions."""


class _Counted:
    """Which executions nights have run, so that none is counted twice."""

    def __init__(self) -> None:
        self._parts: dict[tuple[int, str, str, Version], dict[str, _Parts]] = {}

    def fresh(
        self, night: NightRecord, version: Version, cells: Mapping[str, tuple[int, int]]
    ) -> Cells:
        """Return of each scenario what no earlier night has run."""
        key = night.seed, night.points, night.judge, version
        if key not in self._parts:  # as nearly always: seeds are drawn
            self._parts[key] = {scenario: {night.shard: cells[scenario]} for scenario in cells}
            return dict(cells)
        found = {}
        for scenario, (failures, executions) in cells.items():
            parts = self._parts[key].setdefault(scenario, {})
            before = _together(parts)
            had = parts.get(night.shard, (0, 0))
            parts[night.shard] = max(had[0], failures), max(had[1], executions)
            after = _together(parts)
            found[scenario] = after[0] - before[0], after[1] - before[1]
        return found


def _together(parts: _Parts) -> tuple[int, int]:
    """Return failures and executions of parts: those of one division add up, divisions overlap."""
    sums: dict[int, tuple[int, int]] = {}
    for (_, of), (failures, executions) in parts.items():
        so_far = sums.get(of, (0, 0))
        sums[of] = so_far[0] + failures, so_far[1] + executions
    return max((0, *(f for f, _ in sums.values()))), max((0, *(e for _, e in sums.values())))
