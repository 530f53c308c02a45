# SPDX-License-Identifier: GPL-2.0-only
"""An interrupt is disabled, before or after it was made pending, and mostly enabled again."""

from harness import Stream
from stress.agreement.topics.topic import Bench, Phrase, Topic, access
from stress.agreement.topics.triggering import trigger
from vgic.accesses import DISABLE, ENABLE
from vgic.data import ACKNOWLEDGE, Instruction


def _phrase(stream: Stream, bench: Bench) -> Phrase:
    irq = stream.choose(bench.irqs)
    phrase: list[Instruction] = []
    if stream.chance(50):
        phrase.append(trigger(stream, irq))
    phrase.append(access(DISABLE, irq))
    if stream.chance(50):
        phrase.append(trigger(stream, irq))
    if stream.chance(50):
        phrase.append(ACKNOWLEDGE)
    if stream.chance(85):
        phrase.append(access(ENABLE, irq))
    return tuple(phrase)


TOPIC = Topic("masking", 40, _phrase)
