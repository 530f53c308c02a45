# SPDX-License-Identifier: GPL-2.0-only
"""Random walk: at every scheduling point any enabled thread may go next, each as likely."""

from collections.abc import Sequence

from harness.engine import Stream, Thread


class RandomWalk:
    """Asks itself at every point; the shallowest bugs fall to it first."""

    next_point = 0
    asks_on_growth = False

    def __init__(self, stream: Stream, length: int) -> None:
        self._word = stream.word

    def begin(self, threads: Sequence[Thread]) -> None:
        """Nothing to learn."""

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Pick any enabled thread."""
        # Nothing is drawn where there is nothing to choose.
        count = len(options)
        return self._word() * count >> 32 if count > 1 else 0
