# SPDX-License-Identifier: GPL-2.0-only
"""halting: the fix branch of September 2026, which halts the VM and publishes late."""

from vgic.revisions.facts import (
    ClearsUnlocked,
    CountsDisabledGroups,
    CountsSpis,
    CursorWhenFull,
    DirOnlyRequests,
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
    PhysicalByMemory,
    SortedBySummary,
    SummaryAlone,
    TurnsUnlocked,
    WholePriorities,
)
from vgic.revisions.facts.windows import FLUSHED_FIRST, ONE_LIST
from vgic.revisions.revision import Commit, Revision


class Halting(
    CursorWhenFull,
    KeysReadAgain,
    KicksByMask,
    SortedBySummary,
    WholePriorities,
    FoldClearsLatch,
    SummaryAlone,
    CountsDisabledGroups,
    FlushBeforeMode,
    CountsSpis,
    HearsOfFoundActive,
    FoldsUnlocked,
    DirOnlyRequests,
    LeavesForDir,
    LoadedByMmio,
    PhysicalByMemory,
    FlushesMovedLpis,
    TurnsUnlocked,
    ClearsUnlocked,
    MapsAnyLpi,
):
    """The fix branch of 30 September 2026: a halted vCPU has folded what it has.

    It says that it is outside only when its state is folded, and a pause is counted, so that two
    who halt do not resume each other's vCPUs. It flushes before it says that it is in its guest:
    who halts it then sees it outside, while it is filling its list registers.
    """

    never_crosses = FLUSHED_FIRST | ONE_LIST


RECORD = Revision(
    name="halting",
    cls=Halting,
    date="2026-09-30",
    commit="499ddfc539bf",
    models=(
        Commit("499ddfc539bf", "outside is published after the sync; a pause is counted"),
        Commit("3e2780713d77", "the VM is halted to disable LPIs"),
        Commit("3a8111254482", "the VM is halted for MOVALL"),
    ),
    beyond=(Commit("50c6a41ed8ff", "who finds a vCPU outside has its state as well: an acquire"),),
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
        "I37 LPI misrouted",
        "I38 mapped twice",
    ),
)
