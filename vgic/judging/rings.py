# SPDX-License-Identifier: GPL-2.0-only
"""What is on a list, asked without a judgement of the ring that it is in.

A generation whose lists are no rings while they are split is judged by what comes of that: whoever
only wants to know what is on a list must not fail for it. The rings are judged in lists.py.
"""

from collections.abc import Callable

from harness import ListHead
from vgic.data import VgicIrq

Entries = Callable[[ListHead[VgicIrq]], list[VgicIrq]]


def met_first(head: ListHead[VgicIrq]) -> list[VgicIrq]:
    """Return what a walk of a list meets before it meets anything that is no entry."""
    met: list[VgicIrq] = []
    node = head.next
    while node.entry is not None and len(met) < head.population:
        met.append(node.entry)
        node = node.next
    return met


def entries_of(*, breaks_rings: bool) -> Entries:
    """Return what says what is on a list: it fails for what is no ring, unless that is known."""
    return met_first if breaks_rings else ListHead[VgicIrq].verify
