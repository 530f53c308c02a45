# SPDX-License-Identifier: GPL-2.0-only
"""An interrupt is put into a group (GICD_IGROUPR), before or after it was made pending.

Only where something is of group 0 anyway, so that nothing disables group 1 (see grouping.py).
"""

from harness import Stream
from stress.agreement.topics.topic import Bench, Phrase, Topic, access
from stress.agreement.topics.triggering import trigger
from vgic.accesses import GROUP
from vgic.data import ACKNOWLEDGE, Instruction


def _phrase(stream: Stream, bench: Bench) -> Phrase:
    if all(irq.group for irq in bench.irqs):
        return ()
    irq = stream.choose(bench.irqs)
    phrase: list[Instruction] = [trigger(stream, irq)] * stream.chance(50)
    phrase += [ACKNOWLEDGE] * stream.chance(15)
    phrase.append(access(GROUP, irq, stream.pick(2)))
    phrase += [trigger(stream, irq)] * stream.chance(50)
    return (*phrase, *[ACKNOWLEDGE] * stream.pick(2))


TOPIC = Topic("regrouping", 40, _phrase)
