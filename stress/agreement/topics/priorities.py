# SPDX-License-Identifier: GPL-2.0-only
"""Priorities are written, as a guest does that sets its interrupts up before it uses them."""

from harness import Stream
from stress.agreement.topics.topic import Bench, Phrase, Topic, access
from vgic.accesses import PRIORITY

_LEVELS = 31
"""The least urgent of 32 is left out: no mask with five bits lets it through."""


def rewrite(stream: Stream, bench: Bench) -> Phrase:
    """Draw writes of priorities of any interrupts, whatever they are at."""
    return tuple(access(PRIORITY, irq, stream.pick(_LEVELS) << 3) for irq in bench.some(stream, 3))


TOPIC = Topic("priorities", 20, rewrite)
