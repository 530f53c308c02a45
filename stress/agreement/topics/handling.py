# SPDX-License-Identifier: GPL-2.0-only
"""Handlers: opened and ended, also where there is nothing to acknowledge or to end."""

from harness import Stream
from stress.agreement.topics.topic import Bench, Phrase, Topic
from vgic.data import ACKNOWLEDGE, END


def _phrase(stream: Stream, bench: Bench) -> Phrase:
    return tuple(stream.choose_each((ACKNOWLEDGE, END), stream.between(1, 6)))


TOPIC = Topic("handling", 60, _phrase)
