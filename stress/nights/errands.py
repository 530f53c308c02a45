# SPDX-License-Identifier: GPL-2.0-only
"""What a night does beside its legs: earlier findings replayed, small machines explored.

All of it is done by the executor, several at a time, since a user's code runs in it.
"""

from collections.abc import Callable, Iterable, Iterator

from stress.jobs import Executor, Job, Outcome

_WAIT_S = 0.2


def outcomes(
    jobs: Iterable[Job], executor: Executor, over: Callable[[], bool]
) -> Iterator[tuple[Job, Outcome]]:
    """Have jobs done, each numbered by its place from 0; yield what comes of each.

    Args:
        jobs: what is to be done.
        executor: does it.
        over: asked often; when it is True no more is begun, and nothing is waited for.
    """
    waiting = iter(jobs)
    begun: dict[int, Job] = {}
    more = True
    while not over():
        while more and executor.idle:
            job = next(waiting, None)
            if job is None:
                more = False
                break
            begun[job.number] = job
            executor.submit(job)
        if not executor.busy:
            return
        for outcome in executor.answers(_WAIT_S):
            yield begun[outcome.number], outcome
