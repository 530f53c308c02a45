# SPDX-License-Identifier: GPL-2.0-only
"""classic: up to 6.18, active interrupts first and no overflow."""

from vgic.revisions.facts import (
    ClearsUnlocked,
    DisablesRunning,
    FlushBeforeMode,
    FlushesMovedLpis,
    FlushKeepsLatch,
    FoldClearsLatch,
    KeepsLpiActive,
    KeysReadAgain,
    KicksByMask,
    MapsAnyLpi,
    MovesAllLpis,
    MovesAllRunning,
    MovesUnheld,
    NoOverflow,
    OneList,
    OracleAlone,
    OutsideBeforeSync,
    PauseIsFlag,
    PhysicalByMemory,
    PutsFoundTranslation,
    SgisFirst,
    SortedBySummary,
    TurnsUnlocked,
)
from vgic.revisions.facts.windows import FLUSHED_FIRST, NOTHING_OUTSIDE
from vgic.revisions.revision import Commit, Revision


class Classic(
    SgisFirst,
    NoOverflow,
    OneList,
    KeysReadAgain,
    KicksByMask,
    SortedBySummary,
    FoldClearsLatch,
    OracleAlone,
    FlushBeforeMode,
    OutsideBeforeSync,
    PauseIsFlag,
    PhysicalByMemory,
    PutsFoundTranslation,
    KeepsLpiActive,
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
    """Up to 6.18: active interrupts keep their list registers, whatever is more urgent.

    A guest with as many open handlers as there are list registers never sees a more urgent
    interrupt: it waits for the inner handlers to end, and they may be waiting for it. Nothing is
    ever active outside the list registers, so nothing counts what is ended there.
    """

    never_crosses = FLUSHED_FIRST | NOTHING_OUTSIDE


RECORD = Revision(
    name="classic",
    cls=Classic,
    kernel="6.18",
    date="2016-05",
    mended_by="05984ba67eb6",
    models=(Commit("", "the vGIC as it was rewritten in 2016: the AP-list and its order"),),
    found_as=(
        "O10 best pending left out",
        "I14 EOIcount too high",
        "I13 stuck active",
        "I9 lost pend",
        "I16 missed kick",
        "I17 halted too early",
        "I17 entry while halted",
        "I33 device silenced",
        "I34 device let go",
        "I8 pending but not queued",
        "I4 list registers not folded",
        "I4 list registers miscounted",
        "I7 active interrupt unlisted",
        "I7 active interrupt moved",
        "warning",
        "stuck active",
        "list corruption",
        "use after free",
        "I37 LPI misrouted",
        "I38 mapped twice",
        "I6 reference missing",
        "reference underflow",
    ),
)
