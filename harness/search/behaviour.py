# SPDX-License-Identifier: GPL-2.0-only
"""Behaviours: what of an execution is left when the order of independent steps is forgotten.

Two executions are one behaviour if exchanging neighbouring steps that do not depend on each other
turns one into the other: a trace in the sense of Mazurkiewicz (1977). That is so exactly if each
thread takes the same steps and on each object the conflicting ones come in the same order, which
is what the digest is taken over. It costs two or three microseconds a step.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import blake2b

from harness.engine import START, Entry, Thread, Touch
from harness.schedule import NOBODY, steps_of
from harness.search.dependency import mode


class _Order:
    """The steps that met at one object: groups in order, within which there is none."""

    __slots__ = ("groups", "mode")

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.mode: str | None = None


def behaviour(trace: Sequence[Entry], touches: Sequence[Touch]) -> str:
    """Return 16 hexadecimal digits, equal for executions of one program that differ in no order.

    Args:
        trace: what happened, as it is in an Execution that was listened to.
        touches: what its steps touched beyond what they published.
    """
    objects: defaultdict[str, _Order] = defaultdict(_Order)
    taken: dict[int, int] = {}
    started = _started(trace)
    lines = []
    for thread, number, operations in steps_of(trace, touches):
        if thread == NOBODY:
            lines.append(f"standstill {_sorted(taken, started)}")
            continue
        taken[thread] = number
        for operation in operations:
            if operation.name:
                order, commutes_with = objects[operation.name], mode(operation)
                what = f"{started.get(thread, thread)}.{number} {operation.kind}"
                if commutes_with is not None and commutes_with == order.mode:
                    order.groups[-1].append(what)
                else:
                    order.groups.append([what])
                    order.mode = commutes_with
    lines.append(f"end {_sorted(taken, started)}")
    for name in sorted(objects):
        lines.append(name)
        lines += [",".join(sorted(group)) for group in objects[name].groups]
    text = "\n".join(lines).encode("utf-8", "backslashreplace")
    return blake2b(text, digest_size=8).hexdigest()


def _started(trace: Sequence[Entry]) -> dict[int, str]:
    """Return the roles of threads that were started inside the execution, by their indices.

    Which index such a thread has is a matter of order, its role is none.
    """
    return {
        entry.index: entry.role
        for entry in trace
        if isinstance(entry, Thread) and entry.first is not START
    }


def _sorted(taken: Mapping[int, int], started: Mapping[int, str]) -> list[tuple[int | str, int]]:
    """Return how far each thread came: in creation order, then by the roles of those started."""
    there = sorted(item for item in taken.items() if item[0] not in started)
    return [*there, *sorted((started[i], n) for i, n in taken.items() if i in started)]
