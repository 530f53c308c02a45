# SPDX-License-Identifier: GPL-2.0-only
"""An execution in words: what it came to, or every step."""

from harness import Execution
from harness.trace import entry_text, numbered

TAIL = 24


def ending(execution: Execution) -> str:
    """Return the last events of an execution, one a line: what matters is near the end."""
    events = [
        f"  {step:>5}  {role:<6}  {entry_text(entry).strip()}"
        for step, role, entry in numbered(execution.trace)
        if isinstance(entry, tuple)
    ]
    left_out = len(events) - TAIL
    if left_out > 0:
        events = [f"  ... {left_out} events before these (-v shows every step)", *events[-TAIL:]]
    return "\n".join(["   step  thread  event", *events])


def full(execution: Execution) -> str:
    """Return every step and event, one a line; events are indented."""
    return "\n".join(
        f"  {step:>5}  {role:<6}  {entry_text(entry)}"
        for step, role, entry in numbered(execution.trace)
    )
