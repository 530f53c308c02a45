# SPDX-License-Identifier: GPL-2.0-only
"""What machines run on under Hypothesis: one pool for the process, watched while it is used."""

from collections.abc import Iterator
from contextlib import contextmanager

from harness import OsThreads
from stress.executions import Hung, give_up_pool, kept_pool, watched
from stress.plugin import last_words
from stress.system import Exit


@contextmanager
def carriers() -> Iterator[OsThreads]:
    """Lend the pool of this process, watched.

    Raises:
        Hung: an execution hangs. That is no Exception, so Hypothesis ends the test with it and
            neither shrinks nor runs it again, which would take as long each time.
    """
    pool = kept_pool()
    try:
        with watched(pool, last_words, at_fault=Exit.FINDINGS, survives=True):
            yield pool
    except Hung as hung:
        give_up_pool()
        hung.add_note("\n".join(["stacks, the outermost call first:", *hung.stacks]))
        raise
