# SPDX-License-Identifier: GPL-2.0-only
"""The lines of level-triggered interrupts go up and down, whatever their handlers are at."""

from harness import Stream
from stress.agreement.topics.topic import Bench, Phrase, Topic, access
from vgic.accesses import LOWER, RAISE
from vgic.data import ACKNOWLEDGE, END


def _phrase(stream: Stream, bench: Bench) -> Phrase:
    if not bench.lines:
        return ()
    irq = stream.choose(bench.lines)
    deeds = (access(RAISE, irq), access(RAISE, irq), access(LOWER, irq), ACKNOWLEDGE, END)
    return tuple(stream.choose_each(deeds, stream.between(2, 5)))


TOPIC = Topic("lines", 50, _phrase)
