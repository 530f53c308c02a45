# SPDX-License-Identifier: GPL-2.0-only
"""What generated programs are about, one file a topic.

Each program leaves most of them out, since one that does everything does little of anything. To
widen the programs write a topic and enter it here; those drawn so far then change, as a seed's
whole set does.
"""

from stress.agreement.topics import (
    activating,
    again,
    binary_points,
    bursts,
    deactivating,
    forwarding,
    grouping,
    handling,
    leaving,
    lines,
    masking,
    nesting,
    priorities,
    reading,
    regrouping,
    thresholds,
    withdrawing,
)
from stress.agreement.topics.priorities import rewrite
from stress.agreement.topics.topic import Bench, Phrase, Topic

TOPICS: tuple[Topic, ...] = tuple(
    module.TOPIC
    for module in (
        bursts, nesting, handling, lines, masking, withdrawing, again, reading, leaving, priorities,
        deactivating, thresholds, grouping, binary_points, forwarding, regrouping,
        activating,
    )
)  # fmt: skip

__all__ = ["TOPICS", "Bench", "Phrase", "Topic", "rewrite"]
