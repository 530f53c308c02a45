# SPDX-License-Identifier: GPL-2.0-only
"""Neighbours: a random walk, and then walks that differ from it in one race after the other.

Two random walks over a small program often come to the same behaviour, and a bug that needs one
order out of very many is met by none. The executions next to a walk are new by construction: they
follow it up to a race, the last one first, take that the other way round, and walk at random from
there. That is dynamic partial-order reduction (harness/reduction.py) for a few branches, from
another root each time. On a program that is small and always the same nothing here finds as much as
soon; where each execution draws another program, one walk through each shows more than a dozen
through one of them.

Guarantees: the runs of one execution are of different behaviours, but for those that were given up.
An execution costs up to twelve runs of its program.
"""

from collections.abc import Iterator, Sequence

from harness.reduction import branch_after
from harness.rehearsal import Rehearsing, Run
from harness.streams import Stream
from harness.threads import Thread

RUNS = 12


class Neighbours(Rehearsing):
    """Walks through the neighbourhood of a random walk."""

    next_point = 0
    asks_on_growth = False

    def __init__(self, stream: Stream, length: int) -> None:
        self._stream = stream
        self._branch: Iterator[int] = iter(())

    def rehearse(self, run: Run) -> None:
        """Walk, and reverse races of the walk, all but the last."""
        self._branch = iter(branch_after(RUNS, run, self._stream.choose))

    def begin(self, threads: Sequence[Thread]) -> None:
        """Nothing to learn."""

    def pick(self, step: int, me: Thread, options: Sequence[Thread]) -> int:
        """Pick who is to be tried, and any enabled thread once the branch has ended."""
        wanted = next(self._branch, None)
        for index, thread in enumerate(options):
            if thread.index == wanted:
                return index
        return self._stream.pick(len(options))
