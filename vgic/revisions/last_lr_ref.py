# SPDX-License-Identifier: GPL-2.0-only
"""last-lr-ref: mainline of September 2026, the cursor with a reference."""

from vgic.revisions.facts import (
    ClearsUnlocked,
    CountsDisabledGroups,
    CountsSpis,
    CursorWhenFull,
    DirOnlyRequests,
    DisablesRunning,
    FlushBeforeMode,
    FlushesMovedLpis,
    FoldClearsLatch,
    FoldsUnlocked,
    HearsOfFoundActive,
    KeysReadAgain,
    KicksByMask,
    LeavesForDir,
    LoadedByMmio,
    MapsAnyLpi,
    MovesAllLpis,
    MovesAllRunning,
    OutsideBeforeSync,
    PauseIsFlag,
    PhysicalByMemory,
    PutsFoundTranslation,
    SortedBySummary,
    SummaryAlone,
    TurnsUnlocked,
    WholePriorities,
)
from vgic.revisions.facts.windows import FLUSHED_FIRST, ONE_LIST
from vgic.revisions.revision import Commit, Revision


class LastLrRef(
    CursorWhenFull,
    KeysReadAgain,
    KicksByMask,
    SortedBySummary,
    WholePriorities,
    FoldClearsLatch,
    SummaryAlone,
    CountsDisabledGroups,
    FlushBeforeMode,
    OutsideBeforeSync,
    PauseIsFlag,
    CountsSpis,
    HearsOfFoundActive,
    FoldsUnlocked,
    DirOnlyRequests,
    LeavesForDir,
    LoadedByMmio,
    PhysicalByMemory,
    PutsFoundTranslation,
    DisablesRunning,
    FlushesMovedLpis,
    TurnsUnlocked,
    ClearsUnlocked,
    MapsAnyLpi,
    MovesAllLpis,
    MovesAllRunning,
):
    """September 2026 (19bc5d79ece6): there is a cursor only if all list registers are filled.

    It holds a reference until the list has been pruned, and a prune that has let go of its locks
    looks again whether the interrupt is still on its list.
    """

    never_crosses = FLUSHED_FIRST | ONE_LIST


RECORD = Revision(
    name="last-lr-ref",
    cls=LastLrRef,
    date="2026-09-29",
    commit="19bc5d79ece6",
    models=(
        Commit("e079ef0b1c40", "no cursor unless all list registers are filled"),
        Commit("19bc5d79ece6", "prune looks again whether an interrupt is still on its list"),
        Commit("19bc5d79ece6", "the cursor holds a reference"),
    ),
    found_as=(
        "I13 stuck active",
        "I14 EOIcount too high",
        "I11 phantom level",
        "I24 exit at entry",
        "I4 list registers miscounted",
        "I16 missed kick",
        "I9 lost pend",
        "I9 lost edge",
        "I32 end unheard",
        "warning",
        "I17 halted too early",
        "I17 entry while halted",
        "I33 device silenced",
        "I34 device let go",
        "I8 pending but not queued",
        "I4 list registers not folded",
        "list corruption",
        "I37 LPI misrouted",
        "I38 mapped twice",
        "I6 reference missing",
        "use after free",
        "reference underflow",
        "stuck pending",
    ),
)
