# SPDX-License-Identifier: GPL-2.0-only
"""Bounds for a process of a night: what a user's class leaks must not take the machine down.

A worker takes thirty megabytes and stays there. One that has grown is renewed between two jobs,
when nothing is lost by it; what grows beyond the bound within a job gets a MemoryError. And if the
machine has no memory left before that, the system ends workers first.
"""

import os
import resource
from contextlib import suppress
from pathlib import Path

MEMORY_MAX = 1 << 30
"""So many bytes a process may have at most."""

_MEMORY_MIN = 1 << 28
"""On a small machine it is less, but not less than this."""

_ENDED_FIRST = "1000"


def share(processes: int) -> int:
    """Return how many bytes each of so many processes may have: half of the machine for them all.

    Args:
        processes: how many there are.
    """
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(_MEMORY_MIN, min(MEMORY_MAX, machine // (2 * processes)))


def bound(pid: int, memory_max: int) -> None:
    """Bound what a process and what it forks may take; where the system has no bounds, do nothing.

    Args:
        pid: the process.
        memory_max: so many bytes of memory that is its own.
    """
    with suppress(OSError, ValueError, AttributeError):
        _, hard = resource.prlimit(pid, resource.RLIMIT_DATA)
        most = memory_max if hard == resource.RLIM_INFINITY else min(memory_max, hard)
        resource.prlimit(pid, resource.RLIMIT_DATA, (most, most))
    with suppress(OSError):
        Path(f"/proc/{pid}/oom_score_adj").write_text(_ENDED_FIRST, "ascii")


def has_grown(pid: int, memory_max: int) -> bool:
    """Return whether a process has a quarter of its memory, or half of the descriptors it may have.

    Args:
        pid: the process.
        memory_max: so many bytes it may have.
    """
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
        descriptors = len(os.listdir(f"/proc/{pid}/fd"))
    except (OSError, ValueError, IndexError):
        return False
    many = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    too_many = many != resource.RLIM_INFINITY and descriptors > many // 2
    return pages * os.sysconf("SC_PAGE_SIZE") > memory_max // 4 or too_many
