# SPDX-License-Identifier: GPL-2.0-only
"""The order of locks: within one execution (`LockOrder`), and over many (`OrderGraph`).

`checker` has the classes and orders of an execution, `usage` the contexts in which they are taken,
`wait_types` how they are waited for, `graph` puts the orders of many executions together, `told` is
the words for it. docs/detectors/lock-order.md says what is found.
"""

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
