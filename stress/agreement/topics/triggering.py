# SPDX-License-Identifier: GPL-2.0-only
"""How a guest makes one of its own interrupts pending: an SGI sent, a line raised, a soft pend."""

from harness import Stream
from stress.agreement.topics.topic import access
from vgic import Irq
from vgic.accesses import PEND, RAISE, SGI
from vgic.data import Instruction, is_sgi

_SOFT_PER_CENT = 30


def trigger(stream: Stream, irq: Irq) -> Instruction:
    """Draw one way to make an interrupt pending."""
    if stream.chance(_SOFT_PER_CENT):
        return access(PEND, irq)
    return access(SGI if is_sgi(irq.intid) else RAISE, irq)
