# SPDX-License-Identifier: GPL-2.0-only
"""head-walk: 6.19, one list and an EOIcount walk from its head."""

from vgic.revisions.facts import (
    CountsDisabledGroups,
    CountsSpis,
    FlushBeforeMode,
    FoldClearsLatch,
    FoldsUnlocked,
    KeysReadAgain,
    KicksByMask,
    LoadedByMmio,
    OracleAlone,
    OutsideBeforeSync,
    PauseIsFlag,
    SortedBySummary,
    SummaryAlone,
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
    FoldsUnlocked,
    LoadedByMmio,
):
    """6.19 (3cfd59f81e0f): the overflow list was dropped as not worth its while.

    So EOIcount's victims are looked for from the head of the one list, where an interrupt stands
    that had a list register and was acknowledged after the counted one was ended. Found by
    guests that hang, and mended in March 2026 (6da5e537f5af).
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
        Commit("3cfd59f81e0f", "EOIcount is accounted to the list, from its head"),
    ),
    found_as=("I13 stuck active", "I9 lost pend", "I17 halted too early", "I17 entry while halted"),
)
