# SPDX-License-Identifier: GPL-2.0-only
"""v1-posted: the overflow split as it was posted in November 2025."""

from vgic.revisions.facts import (
    ClearsUnlocked,
    CountsDisabledGroups,
    DirAsPosted,
    DisablesRunning,
    FlushBeforeMode,
    FlushesMovedLpis,
    FlushKeepsLatch,
    FoldClearsLatch,
    HearsOfFoundActive,
    KeysReadAgain,
    KicksByMask,
    MapsAnyLpi,
    MovesAllLpis,
    MovesAllRunning,
    MovesUnheld,
    OracleAlone,
    OutsideBeforeSync,
    PauseIsFlag,
    PhysicalByMemory,
    PutsFoundTranslation,
    SortedBySummary,
    SplitByValue,
    SummaryAlone,
    TurnsUnlocked,
    WholePriorities,
)
from vgic.revisions.facts.windows import FLUSHED_FIRST
from vgic.revisions.revision import Revision


class V1Posted(
    SplitByValue,
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
    HearsOfFoundActive,
    DirAsPosted,
    PhysicalByMemory,
    PutsFoundTranslation,
    MovesUnheld,
    DisablesRunning,
    FlushKeepsLatch,
    FlushesMovedLpis,
    TurnsUnlocked,
    ClearsUnlocked,
    MapsAnyLpi,
    MovesAllLpis,
    MovesAllRunning,
):
    """The seed exactly as posted (33 patches): the list head is copied by value before the cut.

    The overflow is no ring. The accounting of EOIcount looks at the count before it looks at the
    next entry, and stops in time if each end that is counted has its active interrupt on the
    overflow list. An honest guest shows the broken ring only if another vCPU takes active states
    away meanwhile (ICACTIVER): then the count is too high as well. So it is if a guest ends what is
    in no list register more often than there are such interrupts. Then the host takes a list head
    for an interrupt.

    DIR asks the target oracle whose interrupt it means, which takes an edge that is in a list
    register for idle: its DIR is lost. A DIR of what is in a list register elsewhere is a write of
    ICACTIVER at the offset that the number of the word is, and hits another interrupt.
    """

    never_crosses = FLUSHED_FIRST


RECORD = Revision(
    name="v1-posted",
    cls=V1Posted,
    date="2025-11-03",
    found_as=(
        "I13 stuck active",
        "I14 EOIcount too high",
        "I24 exit at entry",
        "I4 list registers miscounted",
        "I16 missed kick",
        "list corruption",
        "I9 lost pend",
        "I32 end unheard",
        "warning",
        "I17 halted too early",
        "I17 entry while halted",
        "I33 device silenced",
        "I34 device let go",
        "I8 pending but not queued",
        "I35 LPI kept",
        "I4 list registers not folded",
        "use after free",
        "I37 LPI misrouted",
        "I38 mapped twice",
        "I6 reference missing",
        "reference underflow",
        "stuck pending",
    ),
)
