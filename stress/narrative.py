# SPDX-License-Identifier: GPL-2.0-only
"""An execution in words: each time control passed, or every step."""

from harness import Execution
from harness.threads import Thread
from harness.trace import entry_text, numbered

HEAD = 12
TAIL = 28


def switches(execution: Execution) -> str:
    """Return one line for each stretch a thread ran: what it did that others can see.

    Long executions are cut in the middle: what matters is usually near the end.
    """
    lines: list[str] = []
    step, role = 0, ""
    stretch: list[str] = []
    begin = 1

    def close() -> None:
        if role and step >= begin:
            told = "; ".join(stretch) or "nothing others can see"
            lines.append(f"  {begin:>5}-{step:<5} {role:<6} {told}")

    for entry in execution.trace:
        if isinstance(entry, Thread):
            close()
            role, begin, stretch = entry.role, step + 1, []
        elif isinstance(entry, tuple):
            stretch.append(entry_text(entry).strip())
        else:
            step += 1
    close()
    if len(lines) > HEAD + TAIL:
        cut = len(lines) - HEAD - TAIL
        lines[HEAD:-TAIL] = [f"  ... {cut} stretches left out (-v shows every step)"]
    return "\n".join(["  steps       thread what it did", *lines])


def full(execution: Execution) -> str:
    """Return every step and note, one a line."""
    lines = []
    for step, role, entry in numbered(execution.trace):
        if isinstance(entry, tuple):
            lines.append(f"               {role:<6} {entry_text(entry)}")
        else:
            lines.append(f"  {step:>5}        {role:<6} {entry_text(entry)}")
    return "\n".join(lines)
