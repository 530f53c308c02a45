# SPDX-License-Identifier: GPL-2.0-only
"""The guest exits for nothing, or works; whatever waits for an exit has one or has none."""

from harness import Stream
from stress.agreement.topics.topic import Bench, Phrase, Topic
from vgic.data import ACCESS, WORK, Instruction


def _phrase(stream: Stream, bench: Bench) -> Phrase:
    return tuple(stream.choose_each((Instruction(ACCESS), WORK), stream.between(1, 3)))


TOPIC = Topic("leaving", 30, _phrase)
