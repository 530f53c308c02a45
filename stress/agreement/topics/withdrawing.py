# SPDX-License-Identifier: GPL-2.0-only
"""A pending state is taken away again (GICD_ICPENDR), of what is pending, active, or neither."""

from harness import Stream
from stress.agreement.topics.topic import Bench, Phrase, Topic, access
from stress.agreement.topics.triggering import trigger
from vgic.accesses import UNPEND
from vgic.data import ACKNOWLEDGE, Instruction


def _phrase(stream: Stream, bench: Bench) -> Phrase:
    irq = stream.choose(bench.irqs)
    phrase: list[Instruction] = []
    if stream.chance(75):
        phrase.append(trigger(stream, irq))
    if stream.chance(30):
        phrase.append(ACKNOWLEDGE)
    return (*phrase, access(UNPEND, irq))


TOPIC = Topic("withdrawing", 30, _phrase)
