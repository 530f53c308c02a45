# SPDX-License-Identifier: GPL-2.0-only
"""The pool of a process that runs executions now and then, as a session of pytest does.

There is one for whoever asks, so that a process claims one core however many of its tests explore.
"""

from functools import cache

from harness import OsThreads


@cache
def kept_pool() -> OsThreads:
    """Return what executions run on in this process."""
    return OsThreads()


def give_up_pool() -> None:
    """Have the next who asks get another one: an execution hangs on this one."""
    kept_pool.cache_clear()
