# SPDX-License-Identifier: GPL-2.0-only
"""Software writes the active state of an interrupt, which its guest handles or not.

What is activated is handled by nobody, and stands among the handlers for EOIcount; mostly it is
deactivated again, so that what came meanwhile comes then. Now and then a handler deactivates its
own interrupt in place of an end, or before it.
"""

from harness import Stream
from stress.agreement.topics.topic import Bench, Phrase, Topic, access
from stress.agreement.topics.triggering import trigger
from vgic.accesses import ACTIVATE, DEACTIVATE
from vgic.data import ACKNOWLEDGE, END, Instruction


def _phrase(stream: Stream, bench: Bench) -> Phrase:
    irq = stream.choose(bench.irqs)
    if stream.chance(30):
        phrase = [trigger(stream, irq), ACKNOWLEDGE, access(DEACTIVATE, irq)]
        return (*phrase, *[END] * stream.chance(80))
    phrase = [trigger(stream, irq)] * stream.chance(25)
    phrase.append(access(ACTIVATE, irq))
    phrase += [trigger(stream, irq)] * stream.chance(50)
    phrase += _meanwhile(stream, bench)
    phrase += [access(DEACTIVATE, irq)] * stream.chance(85)
    return (*phrase, *[ACKNOWLEDGE] * stream.pick(2))


def _meanwhile(stream: Stream, bench: Bench) -> list[Instruction]:
    """Handle some others beside it."""
    done: list[Instruction] = []
    for irq in bench.some(stream, 2, 0):
        done += [trigger(stream, irq), ACKNOWLEDGE]
        done += [END] * stream.chance(60)
    return done


TOPIC = Topic("activating", 20, _phrase, weight=2)
