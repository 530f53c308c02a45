# SPDX-License-Identifier: GPL-2.0-only
"""Livelock: an execution past its step bound, and the name of the loop it is in.

"Too many steps" is the symptom of many bugs, so the failure must say which loop went round. Past
the bound the stacks of the threads are looked at for a while; the loop is in the innermost
function that every stack of the busiest thread has in common.
"""

from harness.engine.failures import Failure
from harness.engine.frames import within
from harness.engine.threads import Thread

_LOOKS = 200


class LoopWatch:
    """Collects the stacks of an execution that does not end."""

    def __init__(self, steps_max: int) -> None:
        self._steps_max = steps_max
        self._looks = 0
        self._common: dict[Thread, tuple[str, ...]] = {}
        self._busy: dict[Thread, int] = {}
        self._last: dict[Thread, str] = {}

    def saw(self, thread: Thread, stack: tuple[str, ...]) -> None:
        """Note that a thread took a step with this stack, outermost function first."""
        self._looks += 1
        self._busy[thread] = self._busy.get(thread, 0) + 1
        self._last[thread] = ": ".join(
            filter(None, (thread.role, " > ".join(stack), str(thread.op)))
        )
        common = self._common.get(thread, stack)
        length = 0
        while length < min(len(common), len(stack)) and common[length] == stack[length]:
            length += 1
        self._common[thread] = common[:length]

    @property
    def seen_enough(self) -> bool:
        """Whether the loop can be named."""
        return self._looks >= _LOOKS

    def failure(self) -> Failure:
        """Describe the livelock."""
        busiest = max(self._busy, key=lambda thread: (self._busy[thread], -thread.index))
        common = self._common[busiest]
        loop = common[-1] if common else ""
        return Failure(
            kind="step bound",
            message=f"no end after {self._steps_max} steps: "
            f"{busiest.role} goes round{within(loop)}",
            functions=(loop,),
            details=tuple(self._last[thread] for thread in sorted(self._last, key=_index)),
        )


def _index(thread: Thread) -> int:
    return thread.index
