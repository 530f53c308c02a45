# SPDX-License-Identifier: GPL-2.0-only
"""In what the revisions differ, topic by topic: the table of docs/revisions.md, from the classes.

A topic has the reference's way and those of the facts that make another of it. What a revision does
is read off the classes it is made of, so that the table cannot say what the code does not.
"""

from vgic.revisions.facts import (
    CountsDisabledGroups,
    CountsSpis,
    CursorAtEach,
    CursorWhenFull,
    DirAsPosted,
    DirOnlyRequests,
    FlushBeforeMode,
    FoldClearsLatch,
    FoldsUnlocked,
    HearsOfFoundActive,
    KeysReadAgain,
    KicksByMask,
    LeavesForDir,
    LoadedByMmio,
    NoOverflow,
    OneList,
    OracleAlone,
    OutsideBeforeSync,
    PauseIsFlag,
    PhysicalByMemory,
    SgisFirst,
    SortedBySummary,
    SplitByValue,
    SummaryAlone,
    TurnsUnlocked,
    WalkFromHead,
    WholePriorities,
)
from vgic.revisions.lpi_topics import OF_LPIS
from vgic.revisions.topic import Topic

TOPICS = (
    Topic(
        "who gets a list register first",
        "pending before active, then by priority; undeliverable last",
        ((NoOverflow, "active before pending, all active ones alike; pending by priority"),),
    ),
    Topic(
        "when the list is sorted",
        "whenever it is longer than there are list registers",
        (
            (NoOverflow, "if the summary, of whatever is listed, foresees an overflow"),
            (SortedBySummary, "if the summary foresees an overflow"),
        ),
    ),
    Topic(
        "by what it is sorted",
        "keys that are read once",
        ((KeysReadAgain, "keys that each comparison reads again"),),
    ),
    Topic(
        "by what active interrupts are ordered",
        "by the part of their priorities by which handlers nest",
        ((NoOverflow, "not at all"), (WholePriorities, "by their whole priorities")),
    ),
    Topic(
        "what missed the list registers",
        "put aside on a list of its own, whose ring is closed; put back by prune",
        (
            (NoOverflow, "stays where it is; what is active has never missed them"),
            (SplitByValue, "put aside by a copy of the head: the tail still leads to the AP-list"),
            (CursorWhenFull, "stays behind a cursor, set when all list registers are filled"),
            (CursorAtEach, "stays behind a cursor, moved for each list register"),
            (OneList, "stays where it is"),
        ),
    ),
    Topic(
        "to whom EOIcount is accounted",
        "what is active on the overflow list, and nothing that arrived since",
        (
            (NoOverflow, "nobody: it is not counted"),
            (
                SplitByValue,
                "what is active on the overflow list, as long as the count ends before it",
            ),
            (CursorAtEach, "what is active behind the cursor, arrivals among them"),
            (WalkFromHead, "what is active on the one list, from its head"),
        ),
    ),
    Topic(
        "which maintenance interrupts there are",
        "by the summary, and by a walk that ran out of list registers",
        (
            (NoOverflow, "underflow, if the walk ran out of list registers"),
            (SummaryAlone, "by the summary alone"),
        ),
    ),
    Topic(
        "what is pending in a group that the guest has disabled",
        "brings nobody back for want of a pending list register",
        (
            (NoOverflow, "counts like any other"),
            (CountsDisabledGroups, "counts like any other"),
        ),
    ),
    Topic(
        "a level that software pended when its guest ends it",
        "stays pending if that came after it was loaded",
        ((FoldClearsLatch, "is not pending any more, whoever pended it when"),),
    ),
    Topic(
        "what prune looks at again before it moves an interrupt",
        "the target oracle, and that it is still on this list",
        ((OracleAlone, "the target oracle alone"),),
    ),
    Topic(
        "when a vCPU says that it is in its guest",
        "before it looks at the requests, and then flushes",
        ((FlushBeforeMode, "after its flush, before it looks at the requests"),),
    ),
    Topic(
        "an entry that is aborted",
        "has nothing to undo",
        ((FlushBeforeMode, "saves, folds and prunes like an exit"),),
    ),
    Topic(
        "a pause, when two halt the VM at once",
        "is counted: it is over when both have resumed the VM",
        ((PauseIsFlag, "is a flag: the first to resume the VM does so for both"),),
    ),
    Topic(
        "when a vCPU says that it is outside",
        "when its state is folded and pruned",
        ((OutsideBeforeSync, "as soon as the guest is left, before the fold"),),
    ),
    Topic(
        "when DIR is trapped",
        "always",
        (
            (NoOverflow, "never"),
            (
                DirAsPosted,
                "for what is active outside, or shared and in flight; never by a CPU that cannot "
                "trap it alone",
            ),
            (
                CountsSpis,
                "for what is active outside, or shared and in flight; always by a CPU that cannot "
                "trap it alone",
            ),
        ),
    ),
    Topic(
        "how many shared interrupts are in flight",
        "nobody counts",
        (
            (
                CountsSpis,
                "one more with each that is listed, one less with each level whose active state "
                "one exit has found and a later one has not",
            ),
        ),
    ),
    Topic(
        "how all vCPUs are told that from now on DIR is to be trapped",
        "nobody has to be: it always is",
        ((CountsSpis, "by calling their CPUs at once, also with interrupts off"),),
    ),
    Topic(
        "a DIR of what the vCPU has in a list register itself",
        "is done there, and the guest goes on",
        (
            (DirAsPosted, "is the host's business like any other"),
            (
                LeavesForDir,
                "is done there only by a CPU that cannot trap DIR alone; else it is the host's "
                "business like any other",
            ),
        ),
    ),
    Topic(
        "whose interrupt a DIR means, for the host",
        "that of the list it is on",
        (
            (NoOverflow, "nobody's: the host hears of none"),
            (DirAsPosted, "the target oracle's, for which a loaded edge is nobody's"),
        ),
    ),
    Topic(
        "a DIR of what is in no list register",
        "changes it under the lock under which that was seen",
        (
            (NoOverflow, "is lost"),
            (FoldsUnlocked, "folds it when that lock has been let go of"),
        ),
    ),
    Topic(
        "who looks after a DIR for what is on another vCPU's list",
        "that vCPU, which is kicked if the interrupt is still to be delivered",
        (
            (NoOverflow, "nobody: the DIR is lost"),
            (DirOnlyRequests, "that vCPU, when it comes out by itself; a guest that waits never"),
        ),
    ),
    Topic(
        "a DIR of what is in a list register of another vCPU",
        "halts the VM, and ends it as a fold does",
        (
            (NoOverflow, "is lost"),
            (DirAsPosted, "writes ICACTIVER, at an offset that is another interrupt's"),
            (LoadedByMmio, "writes ICACTIVER: what software has pended is pending still"),
        ),
    ),
    Topic(
        "which ends of a level the host hears of, to sample its line again",
        "each, when it is folded",
        ((HearsOfFoundActive, "those of what an earlier exit has found active"),),
    ),
    Topic(
        "whose physical interrupt a write of ISENABLER, ISPENDR or ICPENDR changes",
        "that of a mapped one which is in no list register; a fold sees to the others",
        ((PhysicalByMemory, "that of any mapped one, by what is in memory of it"),),
    ),
    Topic(
        "who is kicked when the distributor is turned on",
        "whoever has something pending on its lists",
        (
            (NoOverflow, "whoever has what its mask let in when it was put last"),
            (
                SplitByValue,
                "whoever has on its AP-list what its mask let in when it was left last; what is "
                "put aside is not seen",
            ),
            (KicksByMask, "whoever has what its mask let in when it was left last"),
        ),
    ),
    Topic(
        "what is less urgent than an SGI of GICv2 that several have sent",
        "gets a list register if there is one left",
        ((SgisFirst, "gets none, also if it is active"),),
    ),
    Topic(
        "two guests that turn the distributor of a GICv2 on and off at once",
        "do so one after the other",
        ((TurnsUnlocked, "do so at once, each by what it was before"),),
    ),
    *OF_LPIS,
)
