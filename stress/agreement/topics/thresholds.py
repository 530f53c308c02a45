# SPDX-License-Identifier: GPL-2.0-only
"""The guest masks what is not urgent (ICC_PMR), and mostly lets it in again."""

from harness import Stream
from stress.agreement.topics.topic import Bench, Phrase, Topic
from stress.agreement.topics.triggering import trigger
from vgic.data import ACKNOWLEDGE, MASK, Instruction, setting
from vgic.hardware import PRIORITY_MASK, PRIORITY_SIGNALLED_MAX

_STEP = 8


def _phrase(stream: Stream, bench: Bench) -> Phrase:
    irq = stream.choose(bench.irqs)
    phrase: list[Instruction] = [trigger(stream, irq)] * stream.chance(50)
    # Just as urgent is not let in; a step more is.
    near = min(irq.priority + _STEP * stream.pick(2), PRIORITY_SIGNALLED_MAX)
    masks = (near, _STEP * stream.pick(PRIORITY_MASK // _STEP))
    phrase.append(setting(MASK, stream.choose(masks)))
    phrase += [trigger(stream, irq)] * stream.chance(50)
    phrase += [ACKNOWLEDGE] * stream.pick(3)
    return (*phrase, *[setting(MASK, PRIORITY_MASK)] * stream.chance(75))


TOPIC = Topic("thresholds", 25, _phrase)
