# SPDX-License-Identifier: GPL-2.0-only
"""head-walk: 6.19, one list and an EOIcount walk from its head."""

from vgic.revisions.facts import (
    ClearsUnlocked,
    CountsDisabledGroups,
    CountsSpis,
    DirOnlyRequests,
    DisablesRunning,
    FlushBeforeMode,
    FlushesMovedLpis,
    FlushKeepsLatch,
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
    MovesUnheld,
    OracleAlone,
    OutsideBeforeSync,
    PauseIsFlag,
    PhysicalByMemory,
    PutsFoundTranslation,
    SortedBySummary,
    SummaryAlone,
    TurnsUnlocked,
    WalkFromHead,
    WholePriorities,
)
from vgic.revisions.facts.windows import FLUSHED_FIRST, ONE_LIST
from vgic.revisions.revision import Commit, Revision


class HeadWalk(
    WalkFromHead,
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
    """6.19 (3cfd59f81e0f): the overflow list was dropped as not worth its while.

    So EOIcount's victims are looked for from the head of the one list, where an interrupt stands
    that had a list register and was acknowledged after the counted one was ended. Found by
    guests that hang, and mended in March 2026 (6da5e537f5af).

    The first in which a guest may deactivate by DIR what is in none of its list registers, and in
    any order (cd4f6ee99b28): the list says whose it is, and a write of ICACTIVER ends what is in a
    list register of another vCPU.
    """

    never_crosses = FLUSHED_FIRST | ONE_LIST


RECORD = Revision(
    name="head-walk",
    cls=HeadWalk,
    kernel="6.19",
    date="2025-11-24",
    commit="3cfd59f81e0f",
    mended_by="6da5e537f5af",
    models=(
        Commit("05984ba67eb6", "what is pending goes before what is active"),
        Commit("33c1f60b3213", "what cannot be delivered here goes last"),
        Commit("f4ded7b0848e", "EOIcount survives the exit"),
        Commit("a69e2d6f8934", "a group that is enabled or disabled brings the vCPU back"),
        Commit("3cfd59f81e0f", "EOIcount is accounted to the list, from its head"),
        Commit("cd4f6ee99b28", "DIR is trapped, and deactivates what is in no list register"),
        Commit("70fd60bdedc9", "DIR is trapped for what is active outside"),
        Commit("1c3b3cadcd69", "shared interrupts in flight are counted, and DIR trapped for them"),
        Commit("ca3c34da3644", "what is in the vCPU's own list register is deactivated there"),
        Commit("84792050e039", "no vCPU is brought back to trap DIR by a CPU that always does"),
    ),
    found_as=(
        "I13 stuck active",
        "I14 EOIcount too high",
        "I11 phantom level",
        "I24 exit at entry",
        "I4 list registers miscounted",
        "I16 missed kick",
        "I9 lost pend",
        "I32 end unheard",
        "warning",
        "I17 halted too early",
        "I17 entry while halted",
        "I33 device silenced",
        "I34 device let go",
        "I8 pending but not queued",
        "I4 list registers not folded",
        "list corruption",
        "use after free",
        "I37 LPI misrouted",
        "I38 mapped twice",
        "I6 reference missing",
        "reference underflow",
        "stuck pending",
    ),
)
