# SPDX-License-Identifier: GPL-2.0-only
"""In what the revisions differ about LPIs; see differences.py."""

from vgic.revisions.facts import (
    ClearsUnlocked,
    DisablesRunning,
    FlushesMovedLpis,
    FlushKeepsLatch,
    KeepsLpiActive,
    MapsAnyLpi,
    MovesAllLpis,
    MovesAllRunning,
    MovesUnheld,
    PutsFoundTranslation,
    SplitByValue,
)
from vgic.revisions.topic import Topic

OF_LPIS = (
    Topic(
        "an LPI that its guest is handling when that is left",
        "is active no more, since its end is nothing to the host",
        ((KeepsLpiActive, "stays active, in a list register, until its end is seen there"),),
    ),
    Topic(
        "an LPI that prune moves, while it holds no lock",
        "is held by a reference",
        ((MovesUnheld, "is held by nothing but the list that it may be taken off"),),
    ),
    Topic(
        "LPIs that another vCPU disables",
        "are taken off the list of theirs while the VM is halted",
        (
            (SplitByValue, "are taken off its list while it runs, but for what is put aside"),
            (DisablesRunning, "are taken off its list while it runs"),
        ),
    ),
    Topic(
        "what is taken off a list so",
        "is not pending any more",
        ((FlushKeepsLatch, "stays pending"),),
    ),
    Topic(
        "an LPI of that list that MOVI has sent to another vCPU, and prune has not moved yet",
        "stays, and is moved",
        ((FlushesMovedLpis, "is taken off as the others, and lost"),),
    ),
    Topic(
        "a translation that two forget at once",
        "is put by the one who has taken it out",
        ((PutsFoundTranslation, "is put by each who has seen it"),),
    ),
    Topic(
        "an LPI that an event is mapped to already",
        "is mapped by no other; one that is mapped anew goes where its event does",
        ((MapsAnyLpi, "is mapped by others as well, and goes where it went"),),
    ),
    Topic(
        "which LPIs MOVALL moves",
        "those of the vCPU that it names",
        ((MovesAllLpis, "all there are"),),
    ),
    Topic(
        "what vCPUs do while MOVALL moves LPIs",
        "they are halted",
        ((MovesAllRunning, "they go on"),),
    ),
    Topic(
        "CLEAR of an LPI",
        "takes its pending state away under its lock",
        ((ClearsUnlocked, "takes it away at any time"),),
    ),
)
