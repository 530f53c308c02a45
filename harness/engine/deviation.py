# SPDX-License-Identifier: GPL-2.0-only
"""A schedule: the places where an execution left the quiet default.

The quiet default goes on with the current thread and, when that cannot proceed, takes the next
enabled one in cyclic creation order. A deviation is keyed by (thread, its n-th operation), never
by absolute step, so it means the same whatever other threads did in between. Its label says
what stood there, so that it can be found again after an edit of the code.
"""

from typing import NamedTuple


class Label(NamedTuple):
    """What an operation looks like from outside, and which one of its like it is.

    Attributes:
        kind: the operation's kind.
        function: the model function it is done in.
        lock_class: the class of its object.
        nth: its number among the operations of that look in its thread, from 1.
    """

    kind: str
    function: str
    lock_class: str
    nth: int

    def __str__(self) -> str:
        what = f"{self.kind} {self.lock_class}".strip()
        where = f" in {self.function}" if self.function else ""
        return f"{what}{where} (number {self.nth} of its like)"


class Deviation(NamedTuple):
    """Before its n-th operation this thread gave way to another than the default one.

    Attributes:
        role: the thread that stood at the scheduling point; `start` before the first step.
        n: the number of its operation, from 1; 0 before the first step.
        to: the role of the thread that went on instead; its own where its time was up.
        label: what stood there; None until it was looked up.
    """

    role: str
    n: int
    to: str
    label: Label | None = None
