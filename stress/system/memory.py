# SPDX-License-Identifier: GPL-2.0-only
"""Memory: how much a process may take, so that code under test does not take all that there is.

A worker of a night has a bound (stress/jobs/bounding.py). What an execution comes to that has met
it depends on what ran before and on the machine, so it is neither pass nor fail.
"""

import resource

from harness import Failed
from harness.engine import Execution


def is_bounded() -> bool:
    """Return whether this process may not take more memory than somebody has said."""
    return resource.getrlimit(resource.RLIMIT_DATA)[0] != resource.RLIM_INFINITY


def check_memory(execution: Execution) -> None:
    """Look whether an execution has met the bound; without one, running out is its own failure.

    Raises:
        MemoryError: it has.
    """
    outcome = execution.outcome
    if not isinstance(outcome, Failed) or not is_bounded():
        return
    if outcome.failure.message.startswith(MemoryError.__name__):
        raise MemoryError(outcome.failure.message)
