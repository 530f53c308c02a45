# SPDX-License-Identifier: GPL-2.0-only
"""Jobs: what a campaign has done for it, and the processes that do it.

A `Batch` of executions (work.py), an inquiry into one, or a `Rerun` of some where nothing has run
before (rerun.py). An `Executor` takes jobs on; `LocalPool` is the one with worker processes on this
machine (process.py is one of them as its parent sees it, worker.py and fresh.py from inside). In
`Mending` a process may die and its job is done again (attempt.py); a `Cluster` has the jobs done by
the workers of Dask. Which jobs there are, and what they come to together, is the campaign's affair.
"""

from stress.jobs.cluster import Cluster
from stress.jobs.errands import ErrandDone, ExploredSpace, Exploring, Replay, ReplayedFinding
from stress.jobs.executor import Executor, Job, Outcome
from stress.jobs.local_pool import LocalPool
from stress.jobs.mending import Mending
from stress.jobs.rerun import COMPARED_AT_ONCE, Expected, Reran, Rerun
from stress.jobs.work import (
    COMPARE_EVERY,
    LOOK_EVERY,
    LOST_MAX,
    Batch,
    Bug,
    Fact,
    Facts,
    is_compared,
    run_one,
)

__all__ = [
    "COMPARED_AT_ONCE",
    "COMPARE_EVERY",
    "LOOK_EVERY",
    "LOST_MAX",
    "Batch",
    "Bug",
    "Cluster",
    "ErrandDone",
    "Executor",
    "Expected",
    "ExploredSpace",
    "Exploring",
    "Fact",
    "Facts",
    "Job",
    "LocalPool",
    "Mending",
    "Outcome",
    "Replay",
    "ReplayedFinding",
    "Reran",
    "Rerun",
    "is_compared",
    "run_one",
]  # fmt: skip
