# SPDX-License-Identifier: GPL-2.0-only
"""What machines run on under Hypothesis: one pool for the process, watched while it is used."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from harness import OsThreads
from stress.executions import watched
from stress.plugin import last_words
from stress.system import Exit


@contextmanager
def carriers() -> Iterator[OsThreads]:
    """Lend the pool of this process; an execution that hangs in this context ends the process."""
    pool = _pool()
    with watched(pool, last_words, at_fault=Exit.FINDINGS):
        yield pool


@cache
def _pool() -> OsThreads:
    return OsThreads()
