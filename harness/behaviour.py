# SPDX-License-Identifier: GPL-2.0-only
"""Behaviours: what of an execution is left when the order of independent steps is forgotten.

Two executions are one behaviour if exchanging neighbouring steps that do not depend on each other
turns one into the other: a trace in the sense of Mazurkiewicz (1977). That is so exactly if each
thread takes the same steps and on each object the conflicting ones come in the same order, which
is what the digest is taken over. It costs a few hundred nanoseconds a step.
"""

from collections.abc import Sequence
from hashlib import blake2b

from harness.dependency import mode
from harness.footprint import NOBODY, steps_of
from harness.trace import Entry, Touch


class _Order:
    """The steps that met at one object: groups in order, within which there is none."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self._mode: str | None = None

    def add(self, what: str, mode: str | None) -> None:
        if self.groups and mode is not None and mode == self._mode:
            self.groups[-1].append(what)
        else:
            self.groups.append([what])
        self._mode = mode


def behaviour(trace: Sequence[Entry], touches: Sequence[Touch]) -> str:
    """Return 16 hexadecimal digits, equal for executions of one program that differ in no order.

    Args:
        trace: what happened, as it is in an Execution that was listened to.
        touches: what its steps touched beyond what they published.
    """
    objects: dict[str, _Order] = {}
    taken: dict[int, int] = {}
    lines = []
    for step in steps_of(trace, touches):
        if step.thread == NOBODY:
            lines.append(f"standstill {sorted(taken.items())}")
            continue
        taken[step.thread] = step.number
        for operation in step.operations:
            if operation.name:
                what = f"{step.thread}.{step.number} {operation.kind}"
                objects.setdefault(operation.name, _Order()).add(what, mode(operation))
    lines.append(f"end {sorted(taken.items())}")
    for name in sorted(objects):
        groups = (",".join(sorted(group)) for group in objects[name].groups)
        lines.append(f"{name}: {' '.join(groups)}")
    return blake2b("\n".join(lines).encode(), digest_size=8).hexdigest()
