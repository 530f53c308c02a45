# SPDX-License-Identifier: GPL-2.0-only
"""What generations of the kernel do otherwise than the reference: one fact a class.

A revision is a list of those that hold for it. In which revisions each holds is the table of
docs/revisions.md, which a test makes from the classes.
"""

from vgic.revisions.facts.deactivation import (
    CountsSpis,
    DirAsPosted,
    DirOnlyRequests,
    FoldsUnlocked,
    HearsOfFoundActive,
    LeavesForDir,
    LoadedByMmio,
)
from vgic.revisions.facts.distributor import KicksByMask
from vgic.revisions.facts.entry import FlushBeforeMode, OutsideBeforeSync
from vgic.revisions.facts.gicv2 import SgisFirst, TurnsUnlocked
from vgic.revisions.facts.halting import PauseIsFlag
from vgic.revisions.facts.its import (
    ClearsUnlocked,
    MapsAnyLpi,
    MovesAllLpis,
    MovesAllRunning,
)
from vgic.revisions.facts.latch import FoldClearsLatch
from vgic.revisions.facts.lists import (
    CursorAtEach,
    CursorWhenFull,
    OneList,
    SplitByValue,
    WalkFromHead,
)
from vgic.revisions.facts.lpis import (
    DisablesRunning,
    FlushesMovedLpis,
    FlushKeepsLatch,
    KeepsLpiActive,
    MovesUnheld,
    PutsFoundTranslation,
)
from vgic.revisions.facts.maintenance import CountsDisabledGroups, SummaryAlone
from vgic.revisions.facts.migration import OracleAlone
from vgic.revisions.facts.no_overflow import NoOverflow
from vgic.revisions.facts.physical import PhysicalByMemory
from vgic.revisions.facts.sorting import KeysReadAgain, SortedBySummary, WholePriorities

__all__ = [
    "ClearsUnlocked", "CountsDisabledGroups", "CountsSpis", "CursorAtEach", "CursorWhenFull",
    "DirAsPosted", "DirOnlyRequests", "DisablesRunning", "FlushBeforeMode", "FlushKeepsLatch",
    "FlushesMovedLpis", "FoldClearsLatch", "FoldsUnlocked", "HearsOfFoundActive",
    "KeepsLpiActive", "KeysReadAgain", "KicksByMask", "LeavesForDir", "LoadedByMmio",
    "MapsAnyLpi", "MovesAllLpis", "MovesAllRunning", "MovesUnheld", "NoOverflow", "OneList",
    "OracleAlone", "OutsideBeforeSync", "PauseIsFlag", "PhysicalByMemory",
    "PutsFoundTranslation", "SgisFirst", "SortedBySummary", "SplitByValue", "SummaryAlone",
    "TurnsUnlocked", "WalkFromHead", "WholePriorities",
]  # fmt: skip
