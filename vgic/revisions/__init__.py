# SPDX-License-Identifier: GPL-2.0-only
"""The generations of the mechanism by name, one file each: a small class and its record.

What they do otherwise than the reference is in facts, one class each, and a revision is a list of
those that hold for it. To add one, write its file.
"""

import sys

from vgic.revisions.differences import TOPICS
from vgic.revisions.facts import (
    CountsDisabledGroups,
    CountsSpis,
    DirAsPosted,
    DirOnlyRequests,
    FlushBeforeMode,
    FlushesMovedLpis,
    FoldClearsLatch,
    FoldsUnlocked,
    HearsOfFoundActive,
    KeysReadAgain,
    KicksByMask,
    LoadedByMmio,
    OutsideBeforeSync,
    PauseIsFlag,
    PhysicalByMemory,
    SortedBySummary,
    SummaryAlone,
    WholePriorities,
)
from vgic.revisions.facts.deactivation import TrapsWhenOutside, is_counted
from vgic.revisions.facts.windows import FLUSHED_FIRST
from vgic.revisions.records import records_in
from vgic.revisions.reference import Reference
from vgic.revisions.revision import Commit, Revision
from vgic.revisions.topic import Topic

DEFAULT = "reference"

REVISIONS: dict[str, Revision] = {
    record.name: record
    for record in sorted(records_in(sys.modules[__name__], Revision), key=lambda each: each.date)
}
"""By age; that which is ours alone, and has no date, comes first."""

__all__ = [
    "DEFAULT",
    "FLUSHED_FIRST",
    "REVISIONS",
    "TOPICS",
    "Commit",
    "CountsDisabledGroups",
    "CountsSpis",
    "DirAsPosted",
    "DirOnlyRequests",
    "FlushBeforeMode",
    "FlushesMovedLpis",
    "FoldClearsLatch",
    "FoldsUnlocked",
    "HearsOfFoundActive",
    "KeysReadAgain",
    "KicksByMask",
    "LoadedByMmio",
    "OutsideBeforeSync",
    "PauseIsFlag",
    "PhysicalByMemory",
    "Reference",
    "Revision",
    "SortedBySummary",
    "SummaryAlone",
    "Topic",
    "TrapsWhenOutside",
    "WholePriorities",
    "is_counted",
    "records_in",
]
