# SPDX-License-Identifier: GPL-2.0-only
"""Binary points: how much of a priority counts for what may interrupt which handler."""

from harness import Stream
from stress.agreement.topics.topic import Bench, Phrase, Topic
from stress.agreement.topics.triggering import trigger
from vgic.data import (
    ACKNOWLEDGE,
    BINARY_POINT_0,
    BINARY_POINT_1,
    COMMON_BINARY_POINT,
    END,
    SETTINGS,
    Instruction,
    setting,
)

_NAMES = (BINARY_POINT_0, BINARY_POINT_1, BINARY_POINT_1, COMMON_BINARY_POINT)


def _phrase(stream: Stream, bench: Bench) -> Phrase:
    name = stream.choose(_NAMES)
    low, high = SETTINGS[name].low, SETTINGS[name].high
    # What 7 of group 0 means for group 1, where it counts for both, is told in two ways.
    high -= name == BINARY_POINT_0
    # With a handler open nothing is set.
    phrase: list[Instruction] = [END] * (stream.pick(4) * stream.chance(70))
    phrase.append(setting(name, stream.between(low, high)))
    for irq in bench.some(stream, 3):
        phrase += [trigger(stream, irq), ACKNOWLEDGE]
    return tuple(phrase)


TOPIC = Topic("binary points", 25, _phrase)
