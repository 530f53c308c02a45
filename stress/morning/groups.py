# SPDX-License-Identifier: GPL-2.0-only
"""Which of the findings are news: each stands in one group of the morning.

A finding is new once: the night after it is ongoing, or rare if that night did not meet it. One
that is fixed is news in the night whose replay showed it, and only counted after that. What was not
run tonight cannot have been met, so its findings are neither rare nor gone.
"""

from dataclasses import dataclass, field

from stress.findings import FAILS, PASSES
from stress.history import FIXED, INVALID, NEW, REGRESSED, FindingRecord, place_of
from stress.morning.morning import Morning


@dataclass
class Groups:
    """The findings of a morning.

    Attributes:
        new: first seen tonight, or seen again after they were fixed.
        resolved: fixed, which tonight's replay has shown.
        rare: not seen tonight, and not gone.
        ongoing: seen tonight as before.
        buried: known, as somebody has said.
        not_run: on a target that had no executions tonight.
    """

    new: list[FindingRecord] = field(default_factory=list)
    resolved: list[FindingRecord] = field(default_factory=list)
    rare: list[FindingRecord] = field(default_factory=list)
    ongoing: list[FindingRecord] = field(default_factory=list)
    buried: list[FindingRecord] = field(default_factory=list)
    not_run: list[FindingRecord] = field(default_factory=list)


def grouped(morning: Morning) -> Groups:
    """Return the findings of a morning, in each group those that were seen most often first."""
    groups = Groups()
    for finding in sorted(morning.findings, key=lambda each: (-_weight(each), each.id)):
        group = _group(morning, groups, finding)
        if group is not None:
            group.append(finding)
    return groups


def _group(morning: Morning, groups: Groups, finding: FindingRecord) -> list[FindingRecord] | None:
    """Return the group that a finding belongs to, None if there is no news of it."""
    state = morning.states[finding.id]
    if state == INVALID:
        return None
    if morning.is_buried(finding):
        return groups.buried
    if state in (NEW, REGRESSED):
        return groups.new
    if state == FIXED:
        return groups.resolved if fixed_tonight(morning, finding) else None
    if morning.seen_tonight(finding):
        return groups.ongoing
    return groups.rare if finding.target in morning.ran else groups.not_run


def fixed_tonight(morning: Morning, finding: FindingRecord) -> bool:
    """Return whether tonight's replay is the first that passes since a finding was last met."""
    met = [place_of(sighting) for sighting in finding.sightings]
    met += [place_of(replay) for replay in finding.replays if replay.outcome == FAILS]
    since = max(met, default=None)
    passed = [
        replay.night
        for replay in finding.replays
        if replay.outcome == PASSES and (since is None or place_of(replay) > since)
    ]
    return passed == [morning.tonight.night]


def clean_since(morning: Morning, finding: FindingRecord) -> int:
    """Return how many executions its target had in the nights since a finding was last seen."""
    last = max(map(place_of, finding.sightings), default=None)
    return sum(
        target.executions
        for night in (*morning.before, morning.tonight)
        if last is None or place_of(night) > last
        for target in night.targets
        if target.target == finding.target
    )


def _weight(finding: FindingRecord) -> int:
    return finding.sightings[-1].count if finding.sightings else 0
