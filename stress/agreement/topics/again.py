# SPDX-License-Identifier: GPL-2.0-only
"""An interrupt is triggered again while it is pending or in its handler."""

from harness import Stream
from stress.agreement.topics.topic import Bench, Phrase, Topic
from stress.agreement.topics.triggering import trigger
from vgic.data import ACKNOWLEDGE, END, Instruction


def _phrase(stream: Stream, bench: Bench) -> Phrase:
    irq = stream.choose(bench.irqs)
    phrase: list[Instruction] = [trigger(stream, irq)]
    if stream.chance(75):
        phrase.append(ACKNOWLEDGE)
    phrase.append(trigger(stream, irq))
    if stream.chance(50):
        phrase.append(END)
    if stream.chance(50):
        phrase.append(ACKNOWLEDGE)
    return tuple(phrase)


TOPIC = Topic("again", 40, _phrase)
