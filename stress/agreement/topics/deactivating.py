# SPDX-License-Identifier: GPL-2.0-only
"""Interrupts are ended with EOImode 1, and deactivated by DIR in any order, or left to the end.

So what is open need not be what was begun last, nor in a list register, and more of it is active
than handlers are open. Now and then the guest goes back to EOImode 0, if nothing is left of that.
"""

from harness import Stream
from stress.agreement.topics.topic import Bench, Phrase, Topic
from stress.agreement.topics.triggering import trigger
from vgic.data import ACKNOWLEDGE, END, EOI_MODE, Instruction, dir_of, setting

_MOST = 4


def _phrase(stream: Stream, bench: Bench) -> Phrase:
    phrase: list[Instruction] = [setting(EOI_MODE, 1)]
    for irq in bench.some(stream, stream.between(1, 6)):
        phrase += [trigger(stream, irq), ACKNOWLEDGE]
        phrase += [END] * stream.chance(75)
        phrase += [dir_of(stream.pick(_MOST))] * stream.chance(30)
    phrase += [END] * stream.pick(_MOST)
    phrase += [dir_of(stream.pick(_MOST)) for _ in range(stream.pick(_MOST + 1))]
    return (*phrase, *[setting(EOI_MODE, 0)] * stream.chance(20))


TOPIC = Topic("deactivating", 35, _phrase, weight=3)
