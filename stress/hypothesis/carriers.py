# SPDX-License-Identifier: GPL-2.0-only
"""What machines run on under Hypothesis: one pool for the process, watched while it is used."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from harness import OsThreads
from stress.executions import Hung, watched
from stress.plugin import last_words
from stress.system import Exit


@contextmanager
def carriers() -> Iterator[OsThreads]:
    """Lend the pool of this process, watched.

    Raises:
        Hung: an execution hangs. That is no Exception, so Hypothesis ends the test with it and
            neither shrinks nor runs it again, which would take as long each time.
    """
    pool = _pool()
    try:
        with watched(pool, last_words, at_fault=Exit.FINDINGS, survives=True):
            yield pool
    except Hung as hung:
        _pool.cache_clear()
        hung.add_note("\n".join(["stacks, the outermost call first:", *hung.stacks]))
        raise


@cache
def _pool() -> OsThreads:
    return OsThreads()
