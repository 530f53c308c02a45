# SPDX-License-Identifier: GPL-2.0-only
"""Group 1 is disabled on the CPU interface, and mostly enabled again.

Only where all is of that group. QEMU 10.0 looks at its enable bit also where the kernel asks to be
told that group 0 is disabled: so it is told nothing, or again and again while only group 0 is
enabled, and what is pending has another order for want of that exit.
"""

from harness import Stream
from stress.agreement.topics.topic import Bench, Phrase, Topic
from stress.agreement.topics.triggering import trigger
from vgic.data import ACKNOWLEDGE, DISABLE_GROUP, ENABLE_GROUP, Instruction, setting


def _phrase(stream: Stream, bench: Bench) -> Phrase:
    if not all(irq.group for irq in bench.irqs):
        return ()
    irq = stream.choose(bench.irqs)
    phrase: list[Instruction] = [trigger(stream, irq)] * stream.chance(50)
    phrase.append(setting(DISABLE_GROUP, 1))
    phrase += [trigger(stream, irq)] * stream.chance(50)
    phrase += [ACKNOWLEDGE] * stream.pick(3)
    return (*phrase, *[setting(ENABLE_GROUP, 1)] * stream.chance(80))


TOPIC = Topic("grouping", 25, _phrase)
