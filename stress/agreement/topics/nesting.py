# SPDX-License-Identifier: GPL-2.0-only
"""Handlers inside handlers, deeper than there are list registers, ended one after the other."""

from harness import Stream
from stress.agreement.topics.topic import Bench, Phrase, Topic
from stress.agreement.topics.triggering import trigger
from vgic.data import ACKNOWLEDGE, END

_LEAST = 3
_ENDS = 6


def _phrase(stream: Stream, bench: Bench) -> Phrase:
    all_of_them = len(bench.irqs)
    deeper = bench.some(stream, all_of_them, least=min(all_of_them, _LEAST))
    deeper.sort(key=lambda irq: (-irq.priority, irq.intid))
    # What is more urgent and still open would let none of these in.
    opened = [END] * (_ENDS if stream.chance(50) else 0)
    for irq in deeper:
        opened += [trigger(stream, irq), ACKNOWLEDGE]
    ended = 0 if stream.chance(50) else stream.between(1, len(deeper))
    return (*opened, *[END] * ended)


TOPIC = Topic("nesting", 60, _phrase, weight=3)
