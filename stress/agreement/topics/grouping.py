# SPDX-License-Identifier: GPL-2.0-only
"""A group is disabled on the CPU interface, and mostly enabled again.

Where there is group 0 it is that one: an emulated CPU that takes the enable bit of group 1 for that
of group 0 leaves its guest again and again while only group 0 is enabled.
"""

from harness import Stream
from stress.agreement.topics.topic import Bench, Phrase, Topic
from stress.agreement.topics.triggering import trigger
from vgic.data import ACKNOWLEDGE, DISABLE_GROUP, ENABLE_GROUP, Instruction, setting


def _phrase(stream: Stream, bench: Bench) -> Phrase:
    group = min(irq.group for irq in bench.irqs)
    irq = stream.choose(bench.irqs)
    phrase: list[Instruction] = [trigger(stream, irq)] * stream.chance(50)
    phrase.append(setting(DISABLE_GROUP, group))
    phrase += [trigger(stream, irq)] * stream.chance(50)
    phrase += [ACKNOWLEDGE] * stream.pick(3)
    return (*phrase, *[setting(ENABLE_GROUP, group)] * stream.chance(80))


TOPIC = Topic("grouping", 25, _phrase)
