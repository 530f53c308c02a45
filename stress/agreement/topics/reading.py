# SPDX-License-Identifier: GPL-2.0-only
"""The guest reads what the distributor says: pending (GICD_ISPENDR), active (GICD_ISACTIVER)."""

from harness import Stream
from stress.agreement.topics.topic import Bench, Phrase, Topic, access
from vgic.accesses import ACTIVE, PENDING


def _phrase(stream: Stream, bench: Bench) -> Phrase:
    read = bench.some(stream, 2)
    return tuple(access(stream.choose((PENDING, ACTIVE)), irq) for irq in read)


TOPIC = Topic("reading", 50, _phrase)
