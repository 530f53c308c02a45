# SPDX-License-Identifier: GPL-2.0-only
"""Birth: what a worker process finds when it is started, whatever its parent has around it."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker

from stress.jobs.obeying import GROUP_SIGNALS


@contextmanager
def born(**environment: str) -> Iterator[None]:
    """Start Python processes in this context with more in their environment.

    They import nothing from the current directory, and the signals for the whole process group are
    blocked at their birth, so that none dies of a Ctrl-C before it has learned to ignore it; ours
    comes in when they have started.
    """
    environment["PYTHONSAFEPATH"] = "1"
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    # The tracker that comes with the first process would unblock the signals again.
    resource_tracker.ensure_running()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, GROUP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
