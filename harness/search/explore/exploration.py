# SPDX-License-Identifier: GPL-2.0-only
"""What an exploration says: how far it came, and what it found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from harness.engine import Deviation, DivergedFrom, Execution, Failed
from harness.search.explore.contention import Contention

EXECUTIONS_MAX = 1_000_000

_SHOWN_MAX = 8

Heard = Callable[[Execution], None]
"""Called with an execution when it has been run."""


@dataclass(repr=False)
class Found:
    """All failures of one signature.

    Attributes:
        first: the execution that failed so first.
        executions: how many did.
    """

    first: Execution
    executions: int = 0

    def __repr__(self) -> str:
        return f"Found({self.executions} times, first by {_in_short(self.schedule)})"

    @property
    def schedule(self) -> tuple[Deviation, ...]:
        """The deviations of the first; they replay it."""
        return self.first.deviations


@dataclass(repr=False)
class Exploration:
    """The result; it is a pass only if it is complete and nothing was found.

    Attributes:
        complete: all that was asked for was explored; false if the limit was hit.
        executions: how many executions ran to their end.
        abandoned: how many more were given up on the way, since others had covered them.
        preemptions: the most preemptions of any schedule that was to be explored, None for all.
        more: schedules of more preemptions are known to exist.
        failures: what was found, by signature, in the order of discovery.
        meetings: whether threads raced for anything.
    """

    complete: bool = False
    executions: int = 0
    abandoned: int = 0
    preemptions: int | None = None
    more: bool = False
    failures: dict[str, Found] = field(default_factory=dict)
    meetings: Contention = field(default_factory=Contention)

    @property
    def passed(self) -> bool:
        """Whether everything was explored and nothing is wrong."""
        return self.complete and not self.failures

    @property
    def contended(self) -> bool | None:
        """Whether threads came to what they share in an order that could have been another.

        If not, there is nothing that a schedule could change. None before the first execution.
        """
        return self.meetings.seen if self.meetings.looked else None

    def count(self, execution: Execution) -> None:
        """Take an execution into account."""
        if isinstance(execution.outcome, DivergedFrom):
            self.abandoned += 1
            return
        self.executions += 1
        self.meetings.look(execution)
        if isinstance(execution.outcome, Failed):
            signature = execution.outcome.failure.signature
            self.failures.setdefault(signature, Found(execution)).executions += 1

    def __repr__(self) -> str:
        found = "".join(f"; {signature}: {found!r}" for signature, found in self.failures.items())
        return f"Exploration({self}{found})"

    def __str__(self) -> str:
        scope = "" if self.preemptions is None else f" of at most {self.preemptions} preemptions"
        known = len(self.failures)
        fails = "none fails" if not known else f"{known} way{'s' * (known > 1)} to fail"
        calm = f"; {self.meetings.none_in_words}" if self.contended is False else ""
        if self.complete:
            return f"complete: {self.executions} executions{scope}, {fails}{calm}"
        return f"limit hit after {self.executions} executions{scope}, {fails} so far{calm}"


def _in_short(schedule: Sequence[Deviation]) -> str:
    """Return a schedule in one line, as far as there is room."""
    if not schedule:
        return "the quiet default"
    shown = [f"{each.role} before operation {each.n}: {each.to}" for each in schedule[:_SHOWN_MAX]]
    more = len(schedule) - _SHOWN_MAX
    return ", ".join(shown) + (f", and {more} more" if more > 0 else "")
