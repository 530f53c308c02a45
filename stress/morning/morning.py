# SPDX-License-Identifier: GPL-2.0-only
"""The input of a morning: tonight, the nights before, and what is known of each finding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from stress.history import KNOWN, FindingRecord, Mark, NightRecord, holds


@dataclass(frozen=True)
class Morning:
    """One night, and all that it is compared with.

    Attributes:
        tonight: the night.
        before: the earlier nights, the oldest first.
        findings: the findings of all nights.
        states: the state of each finding after tonight, by id.
        today: the day on which marks are still in force or not.
        marks: what was said of some of the findings, by id.
        folders: where each finding is kept, by id; one that is not kept is replayed by its token.
        gone: how sure it is that a finding no longer seen is gone, by id.
        slower: what got slower to find, in lines.
        folder: the folder of the nights, for commands that show more.
    """

    tonight: NightRecord
    before: Sequence[NightRecord]
    findings: Sequence[FindingRecord]
    states: Mapping[str, str]
    today: date
    marks: Mapping[str, Mark] = field(default_factory=dict)
    folders: Mapping[str, Path] = field(default_factory=dict)
    gone: Mapping[str, str] = field(default_factory=dict)
    slower: Sequence[str] = ()
    folder: Path = Path("nights")

    @cached_property
    def last(self) -> NightRecord | None:
        """The night that tonight is compared with, None for the first one.

        A part of a night is compared with the last night's same part, if it had one.
        """
        alike = [night for night in self.before if night.shard == self.tonight.shard]
        return next(reversed(alike or self.before), None)

    @cached_property
    def ran(self) -> frozenset[str]:
        """The targets that had executions tonight."""
        return frozenset(each.target for each in self.tonight.targets if each.executions)

    def seen_tonight(self, finding: FindingRecord) -> bool:
        """Return whether tonight's search has met a finding."""
        return finding.id in self.tonight.found

    def is_buried(self, finding: FindingRecord) -> bool:
        """Return whether somebody has said that a finding is known, and that still holds."""
        mark = self.marks.get(finding.id)
        return mark is not None and mark.state == KNOWN and holds(mark, self.today)
