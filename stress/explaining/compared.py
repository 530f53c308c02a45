# SPDX-License-Identifier: GPL-2.0-only
"""An execution as it is compared with that of another kernel: operation by operation.

With each operation goes all that was done until the next, whoever did it and however often it was
changed in between: two right kernels may do it in other functions and in another order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from harness import Change, RecordedEvent
from harness.engine import Operation
from stress.explaining.recorded import Deed, Recorded
from vgic.state import HardwareMisr, LockState, ModeState, ShadowLrs

_PASSED_OVER = (ShadowLrs, HardwareMisr, LockState, ModeState)
"""Kinds of object of which a change is no divergence.

What happens to list registers, locks and maintenance interrupts shows in other changes and
operations as well. When a vCPU is seen outside its guest differs between kernels, not only between
right and wrong ones; where that matters, somebody does something else about it.
"""

Stack = tuple[str, ...]


@dataclass(frozen=True, order=True)
class Place:
    """A place in a recorded execution.

    Attributes:
        step: the number of a step, from 0.
        deed: the number of a deed in it, -1 for its operation.
    """

    step: int
    deed: int


@dataclass(frozen=True)
class Done:
    """One operation and all that was done until the next; a walk of a list is no operation here."""

    event: RecordedEvent
    place: Place
    deeds: Sequence[tuple[Place, Deed]]
    changed: frozenset[Change]

    @property
    def look(self) -> tuple[str, str]:
        """Who does what."""
        return self.event.role, str(self.event.what)

    @property
    def stacks(self) -> list[Stack]:
        """The functions it has been in, place by place."""
        return [self.event.stack, *(deed.stack for _, deed in self.deeds)]


def done(recorded: Recorded) -> Iterator[Done]:
    """Yield an execution's operations, but those that right kernels do otherwise as well."""
    numbers = [
        number
        for number, step in enumerate(recorded.steps)
        if isinstance(step.event.what, Operation) and not _is_passed_over(step.event.what, recorded)
    ]
    events = [*(step.event for step in recorded.steps), recorded.end]
    for number, after in pairwise([*numbers, len(recorded.steps)]):
        changed = events[number].state.until(events[after].state)
        yield Done(
            events[number],
            Place(number, -1),
            [
                (Place(step, place), deed)
                for step in range(number, after)
                for place, deed in enumerate(recorded.steps[step].deeds)
            ],
            frozenset(change for change in changed if change.thing.kind not in _PASSED_OVER),
        )


def _is_passed_over(what: Operation, recorded: Recorded) -> bool:
    thing = recorded.things.get(what.name)
    is_mode = thing is not None and thing.kind is ModeState
    return what.kind == "list" or (what.kind == "write" and is_mode)
