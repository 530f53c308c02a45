# SPDX-License-Identifier: GPL-2.0-only
"""TODO."""

from harness.detectors.lock_order.checker import LockOrder
from harness.detectors.lock_order.graph import (
    KIND,
    Learned,
    OrderGraph,
    Witness,
    Witnessed,
    inverted,
    witnesses,
)

__all__ = [
    "KIND",
    "Learned",
    "LockOrder",
    "OrderGraph",
    "Witness",
    "Witnessed",
    "inverted",
    "witnesses",
]
