# SPDX-License-Identifier: GPL-2.0-only
"""The local pool: an executor with worker processes on this machine.

Beside the workers there is the fresh process (fresh.py). Each process hashes strings by a
seed of its own, always the same one, so that what depends on hashing shows as a difference between
them and comes out alike the next time. None of them imports anything from the current directory.
"""

from collections.abc import Callable
from multiprocessing.connection import wait
from typing import Self

from stress.jobs.executor import Job, Outcome
from stress.jobs.fresh import serve
from stress.jobs.process import Process
from stress.jobs.rerun import Rerun
from stress.jobs.worker import work
from stress.system import logs

HANG_S = 60.0
"""A worker that takes no step for so long is taken to hang."""

WORKERS_HASH = 1
FRESH_HASH = 102
"""PYTHONHASHSEED of the first worker and of the first fresh process; the next ones count on."""

FRESH_FOR = 8
"""So many reruns go to the first fresh process, to each next one twice as many as before."""


class LocalPool:
    """Some worker processes and a fresh one, for as long as the context lasts."""

    def __init__(self, jobs: int, *, hang_s: float = HANG_S, stacks: bool = False) -> None:
        """Start them.

        Args:
            jobs: how many worker processes.
            hang_s: after how many seconds without a step one of them is taken to hang.
            stacks: have it print the stacks of its threads then.
        """
        self._hang_s = hang_s
        self._stacks = stacks
        self._workers = [
            self._process(self._worker_name(n), work, WORKERS_HASH + n) for n in range(jobs)
        ]
        for number, worker in enumerate(self._workers, 1):
            worker.log = logs.named(f"worker {number}")
        self._renewed = 0
        self._reruns_left = FRESH_FOR
        self._fresh = self._process("the fresh process", serve, self.fresh_hash)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _process(self, name: str, main: Callable[..., None], hash_seed: int) -> Process:
        return Process(name, main, hash_seed, stacks=self._stacks)

    def _worker_name(self, number: int) -> str:
        """Return what reports call a worker; they say no more of it if any may have been it."""
        return "a worker"

    @property
    def fresh_hash(self) -> int:
        """The PYTHONHASHSEED of the fresh process."""
        return FRESH_HASH + self._renewed

    @property
    def idle(self) -> bool:
        """Whether some worker has nothing to do."""
        return any(worker.job is None for worker in self._workers)

    @property
    def can_rerun(self) -> bool:
        """Whether the fresh process has nothing to do."""
        return self._fresh.job is None

    @property
    def busy(self) -> bool:
        """Whether somebody has a job."""
        return any(process.job is not None for process in self._processes)

    @property
    def processes(self) -> list[int]:
        """The processes, as the system numbers them."""
        pids = (process.process.pid for process in self._processes)
        return [pid for pid in pids if pid is not None]

    @property
    def _processes(self) -> list[Process]:
        return [*self._workers, self._fresh]

    def submit(self, job: Job) -> None:
        """Give a job to an idle worker, a rerun to the idle fresh process."""
        if isinstance(job, Rerun):
            self._renew()
            self._fresh.submit(job)
        else:
            next(worker for worker in self._workers if worker.job is None).submit(job)

    def _renew(self) -> None:
        """Have a fresh process with another hash seed now and then: two may agree by chance."""
        if not self._reruns_left or self._fresh.is_dead:
            self._fresh.kill()
            self._fresh.ended()
            self._renewed += 1
            self._reruns_left = FRESH_FOR << self._renewed
            self._fresh = self._process("the fresh process", serve, self.fresh_hash)
        self._reruns_left -= 1

    def answers(self, timeout_s: float) -> list[Outcome]:
        """Wait for answers, at most so long; of a process that died or hangs comes a Bug."""
        busy = [process for process in self._processes if process.job is not None]
        ready = wait([process.connection for process in busy], timeout_s)
        answers: list[Outcome] = []
        for process in busy:
            said = process.outcomes(ready=process.connection in ready, hang_s=self._hang_s)
            answers += self._collected(process, said)
        return answers

    def _collected(self, process: Process, outcomes: list[Outcome]) -> list[Outcome]:
        """Return what is to be said for what a process has said, or for its death."""
        return outcomes

    def close(self) -> None:
        """End the processes: those with nothing to do by asking, the others at once."""
        for process in self._processes:
            process.end()
        for process in self._processes:
            process.ended()

    def kill(self) -> None:
        """End the processes at once."""
        for process in self._processes:
            process.kill()
