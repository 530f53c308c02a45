# SPDX-License-Identifier: GPL-2.0-only
"""last-lr: March 2026, a cursor at the last interrupt that got a list register."""

from vgic.revisions.facts import (
    ClearsUnlocked,
    CountsDisabledGroups,
    CountsSpis,
    CursorAtEach,
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
    OracleAlone,
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


class LastLr(
    CursorAtEach,
    KeysReadAgain,
    KicksByMask,
    SortedBySummary,
    WholePriorities,
    FoldClearsLatch,
    SummaryAlone,
    CountsDisabledGroups,
    OracleAlone,
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
    """March 2026 (6da5e537f5af): the accounting begins behind the last list register's interrupt.

    The cursor is the physical CPU's, is moved for each list register that is filled, and holds no
    reference: an LPI that is taken off the list and freed meanwhile leaves it dangling.
    """

    never_crosses = FLUSHED_FIRST | ONE_LIST


RECORD = Revision(
    name="last-lr",
    cls=LastLr,
    kernel="7.0",
    date="2026-03-07",
    commit="6da5e537f5af",
    mended_by="19bc5d79ece6",
    models=(Commit("6da5e537f5af", "EOIcount is accounted from the cursor on"),),
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
        "use after free",
        "I4 list registers not folded",
        "list corruption",
        "I37 LPI misrouted",
        "I38 mapped twice",
        "I6 reference missing",
        "reference underflow",
        "stuck pending",
    ),
)
