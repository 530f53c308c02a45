# SPDX-License-Identifier: GPL-2.0-only
"""The trace: what one execution did, in order, and its digest.

An entry is a thread (control passed to it), an operation (the running thread did it), or a note
(the model's own words, given as a tuple). Nothing is formatted while the execution runs. Equal
schedules give equal traces, so equal digests, on every Python and every carrier.
"""

from collections.abc import Iterator
from hashlib import blake2b

from harness.engine.printable import printable_text
from harness.engine.threads import Operation, Thread

Note = tuple[object, ...]
Entry = Thread | Operation | Note

Touch = tuple[int, Operation]
"""Something a step touched beyond what it published, and how long the trace was by then."""


def entry_text(entry: Entry) -> str:
    """Put one entry of a trace into words, on one printable line."""
    return printable_text(_text(entry))


def _text(entry: Entry) -> str:
    if isinstance(entry, Thread):
        return f"-> {entry.role}"
    if isinstance(entry, Operation):
        return str(entry)
    return "  " + " ".join(str(part) for part in entry)


def digest(trace: list[Entry], verdict: str) -> str:
    """Return 16 hexadecimal digits over the trace and the verdict."""
    lines = [_text(entry) for entry in trace]
    lines.append(verdict)
    text = "\n".join(lines).encode("utf-8", "backslashreplace")
    return blake2b(text, digest_size=8).hexdigest()


def numbered(trace: list[Entry]) -> Iterator[tuple[int, str, Entry]]:
    """Yield (step, role, entry) for each operation and note of a trace."""
    step, role = 0, ""
    for entry in trace:
        if isinstance(entry, Thread):
            role = entry.role
            continue
        if isinstance(entry, Operation):
            step += 1
        yield step, role, entry
