# SPDX-License-Identifier: GPL-2.0-only
"""Many interrupts pending at once, more than there are list registers."""

from harness import Stream
from stress.agreement.topics.topic import Bench, Phrase, Topic
from stress.agreement.topics.triggering import trigger
from vgic.data import ACKNOWLEDGE


def _phrase(stream: Stream, bench: Bench) -> Phrase:
    burst = [trigger(stream, irq) for irq in bench.some(stream, len(bench.irqs))]
    return (*burst, *[ACKNOWLEDGE] * stream.pick(3))


TOPIC = Topic("bursts", 80, _phrase, weight=2)
