# SPDX-License-Identifier: GPL-2.0-only
"""A cycle of lock orders that several executions have shown, in the manner of lockdep."""

from collections.abc import Sequence

from harness.detectors.lock_order import Learned
from harness.engine import printable_text


def orders_text(steps: Sequence[tuple[Learned, str]]) -> list[str]:
    """Tell a cycle in the manner of lockdep: what closes it, then what came first.

    Args:
        steps: the orders, the one that closed the cycle first, each with who showed it.
    """
    (last, where), *chain = steps
    lines = [
        f"{last.role} took {last.after} while holding {last.before} in {last.function}: {where}",
        "the existing dependency chain is:",
        *(f"  {learned}{f': {place}' if learned.role else ''}" for learned, place in chain),
    ]
    return list(map(printable_text, lines))
