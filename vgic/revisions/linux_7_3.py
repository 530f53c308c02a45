# SPDX-License-Identifier: GPL-2.0-only
"""linux-7.3: what ships, the look at the requests before the flush."""

from vgic.revisions.facts import (
    ClearsUnlocked,
    CountsDisabledGroups,
    CountsSpis,
    CursorWhenFull,
    DirOnlyRequests,
    DisablesRunning,
    FlushesMovedLpis,
    FoldClearsLatch,
    FoldsUnlocked,
    HearsOfFoundActive,
    KeysReadAgain,
    KicksByMask,
    LeavesForDir,
    LoadedByMmio,
    MovesAllRunning,
    PhysicalByMemory,
    SortedBySummary,
    SummaryAlone,
    TurnsUnlocked,
    WholePriorities,
)
from vgic.revisions.facts.windows import LOOKED_FIRST, ONE_LIST
from vgic.revisions.revision import Commit, Revision


class LinuxSevenThree(
    CursorWhenFull,
    KeysReadAgain,
    KicksByMask,
    SortedBySummary,
    WholePriorities,
    FoldClearsLatch,
    SummaryAlone,
    CountsDisabledGroups,
    CountsSpis,
    HearsOfFoundActive,
    FoldsUnlocked,
    DirOnlyRequests,
    LeavesForDir,
    LoadedByMmio,
    PhysicalByMemory,
    DisablesRunning,
    FlushesMovedLpis,
    TurnsUnlocked,
    ClearsUnlocked,
    MovesAllRunning,
):
    """Linux 7.3.4: a vCPU is in its guest, for others, before it fills its list registers.

    A request that comes before that turns it back with nothing to undo; what comes later is told by
    an IPI alone, however late that is. A pause is counted, and the state folded before the vCPU is
    outside. LPIs are disabled, and moved all at once, without a halt.
    """

    never_crosses = LOOKED_FIRST | ONE_LIST


RECORD = Revision(
    name="linux-7.3",
    cls=LinuxSevenThree,
    kernel="7.3.4",
    date="2026-11",
    models=(
        Commit("", "7.3.4: IN_GUEST_MODE is published ahead of the state being loaded"),
        Commit("", "7.3.4: OUTSIDE_GUEST_MODE is published past the state being saved"),
        Commit("", "7.3.4: a pause is counted"),
        Commit("", "7.3.4: an LPI is not mapped by more than one event"),
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
        "I33 device silenced",
        "I34 device let go",
        "warning",
        "I8 pending but not queued",
        "I4 list registers not folded",
        "list corruption",
        "stuck pending",
    ),
)
