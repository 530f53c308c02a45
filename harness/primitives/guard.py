# SPDX-License-Identifier: GPL-2.0-only
"""What guards a field that threads share, as it is declared, and who holds it.

For detectors, which judge accesses without it, and for the scheduling points that stand there.
"""

from harness.engine import IN_IRQ, Thread
from harness.primitives.spinlock import SpinLock

Guard = SpinLock | str | None
"""A lock; the role of the only thread that may touch it; or None: ordered in some other way."""


def is_held(guard: SpinLock | str, thread: Thread) -> bool:
    """Tell whether a thread holds what guards a field, or is the one that may touch it."""
    if isinstance(guard, str):
        return thread.role == guard
    # What the interrupted thread holds, its handler does not.
    mine = not thread.chain & IN_IRQ or thread.chain & guard.held_bit
    return guard.owner is thread and bool(mine)
