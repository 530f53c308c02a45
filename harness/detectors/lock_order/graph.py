# SPDX-License-Identifier: GPL-2.0-only
"""The order of locks over many executions: one order in the third, its reverse in the 40,000th.

An execution knows only its own orders. Here they are put together, each with the execution that
showed it first; an order that closes a cycle is reported once, with an execution for each step.
"""

from collections.abc import Hashable, Iterable
from typing import NamedTuple, TypeVar

from harness.engine import printable_text, within

KIND = "lock order"

_At = TypeVar("_At", bound=Hashable)
_Via = TypeVar("_Via")


class Learned(NamedTuple):
    """One order of two lock classes, and who first took them so in an execution.

    Attributes:
        before: the class that was held, with its subclass.
        after: the class that was wanted.
        role: the thread that did; "" if none did, and the order is documented.
        function: the model function in which it did.
    """

    before: str
    after: str
    role: str
    function: str

    def __str__(self) -> str:
        by = f" ({self.role})" if self.role else ""
        return f"{self.before} -> {self.after} {within(self.function)}{by}"


Witness = tuple[str, int]
"""The execution that showed an order: its scenario and number, or whatever names it."""

Witnessed = tuple[Learned, Witness]


class OrderGraph:
    """The orders of a campaign."""

    def __init__(self) -> None:
        self._steps: dict[tuple[str, str], Witnessed] = {}
        self._reported: set[tuple[str, str]] = set()

    @property
    def steps(self) -> list[Witnessed]:
        """The orders that close no cycle, each with the execution that showed it first."""
        return list(self._steps.values())

    def add(self, learned: Learned, witness: Witness) -> list[Witnessed]:
        """Add what an execution has shown; the executions are added in their order.

        Returns:
            If that closes a cycle for the first time, its steps: the new one, then the others as
            they lead back; else nothing.
        """
        key = learned.before, learned.after
        if key in self._steps or key in self._reported:
            return []
        edges = ((before, after, step) for (before, after), step in self._steps.items())
        back = path_between(edges, learned.after, learned.before)
        if back:
            self._reported.add(key)
            return [(learned, witness), *back]
        self._steps[key] = learned, witness
        return []


def path_between(edges: Iterable[tuple[_At, _At, _Via]], start: _At, goal: _At) -> list[_Via]:
    """Return what leads from one node to another by the fewest edges, [] if nothing does.

    Args:
        edges: from where, to where, and what stands for the edge in the result.
        start: where to begin.
        goal: where to come to.
    """
    listed = list(edges)
    paths: list[tuple[_At, list[_Via]]] = [(start, [])]
    seen = {start}
    for place, path in paths:
        for before, after, step in listed:
            if before == place and after not in seen:
                if after == goal:
                    return [*path, step]
                seen.add(after)
                paths.append((after, [*path, step]))
    return []


def witnesses(steps: list[Witnessed]) -> tuple[Witness, ...]:
    """Return the executions that a cycle needs; what is documented needs none."""
    return tuple(dict.fromkeys(witness for learned, witness in steps if learned.role))


def inverted(steps: list[Witnessed]) -> str:
    """Return the identity of a cycle, whichever executions showed it."""
    classes = ", ".join(sorted({learned.before for learned, _ in steps}))
    functions = ", ".join(sorted({learned.function for learned, _ in steps if learned.role}))
    return printable_text(f"{KIND} across executions in {functions} on {classes}")
