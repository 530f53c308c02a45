# SPDX-License-Identifier: GPL-2.0-only
"""The distributor is turned off, interrupts are made pending, and mostly it is turned on again.

Only where all is of group 1. A write of GICD_IGROUPR is one of 32 interrupts, and queues each of
them that is pending and on no list: so is what came while the distributor was off (quirk Q12).
"""

from harness import Stream
from stress.agreement.topics.topic import Bench, Phrase, Topic, access
from stress.agreement.topics.triggering import trigger
from vgic.accesses import DISTRIBUTOR, ENABLE, Access
from vgic.data import ACCESS, ACKNOWLEDGE, END, Instruction


def _phrase(stream: Stream, bench: Bench) -> Phrase:
    if not all(irq.group for irq in bench.irqs):
        return ()
    off, on = [Instruction(ACCESS, Access(DISTRIBUTOR, 0, value)) for value in (0, 1)]
    phrase: list[Instruction] = [trigger(stream, irq) for irq in bench.some(stream, 2, 0)]
    phrase.append(off)
    irqs = bench.some(stream, 2, 0)
    phrase += [trigger(stream, irq) for irq in irqs]
    phrase += [ACKNOWLEDGE] * stream.pick(3)
    phrase += [END] * stream.chance(30)
    phrase += [on] * stream.chance(85)
    return (*phrase, *[access(ENABLE, irq) for irq in irqs if stream.chance(50)])


TOPIC = Topic("forwarding", 20, _phrase)
