# SPDX-License-Identifier: GPL-2.0-only
"""Where something happened: what a report says of the moment that a failure goes back to.

An object is freed long before it is used again. Whatever may be needed for a report by then is
written down when it happens, by the few operations that are rare enough for it.
"""

import sys
from typing import NamedTuple

from harness.engine import Scheduler, model_stack


class Place(NamedTuple):
    """A moment of an execution.

    Attributes:
        role: the thread; `start` before the first step.
        step: the number of the operation that it last published.
        stack: the model functions it was in, outermost first.
    """

    role: str
    step: int
    stack: tuple[str, ...]

    @property
    def function(self) -> str:
        """The innermost model function, "" if there is none."""
        return self.stack[-1] if self.stack else ""

    def __str__(self) -> str:
        stack = " > ".join(self.stack)
        return f"{self.role} at step {self.step}{stack and f': {stack}'}"


def here(scheduler: Scheduler) -> Place:
    """Return the place at which the running thread is."""
    return Place(scheduler.current.role, scheduler.steps, model_stack(sys._getframe(1)))
