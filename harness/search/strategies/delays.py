# SPDX-License-Identifier: GPL-2.0-only
"""Delay bounding: round robin, with a few delays at random.

Emmi, Qadeer, Rakamaric: Delay-Bounded Scheduling (POPL 2011), section 3. The default scheduler is
deterministic and preempts nobody; a delay makes it pass over the thread it would have run. The
paper enumerates the schedules of at most d delays; here one of them is drawn, with each delay at
a random step of a usual execution, so that no step is special.

Guarantees: a schedule of d delays at different steps among k is drawn with probability at least
d!/k**d, however many threads there are.
"""

from collections.abc import Sequence

from harness.engine import NEVER, Stream, Thread

DELAYS = 2


class Delays:
    """Goes round robin and passes over a thread now and then."""

    asks_on_growth = False

    def __init__(self, stream: Stream, length: int, *, delays: int = DELAYS) -> None:
        """Draw the delays.

        Args:
            stream: where the choices come from.
            length: the steps of a usual execution, the paper's k.
            delays: how many delays there are, the paper's d.
        """
        self._delays = sorted(stream.between(0, length - 1) for _ in range(delays))
        self.next_point = self._delays[0] if self._delays else NEVER

    def begin(self, threads: Sequence[Thread]) -> None:
        """Nothing to learn."""

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Pass over as many threads as there are delays due."""
        due = 0
        while self._delays and self._delays[0] <= step:
            self._delays.pop(0)
            due += 1
        self.next_point = self._delays[0] if self._delays else NEVER
        return due % len(options)
