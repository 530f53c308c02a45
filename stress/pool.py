# SPDX-License-Identifier: GPL-2.0-only
"""The workers as their parent sees them: hand out jobs, wait for answers, notice silence.

Beside the workers there is the fresh process (stress/fresh.py). Each process hashes strings by a
seed of its own, always the same one, so that what depends on hashing shows as a difference between
them and comes out alike the next time. None of them imports anything from the current directory.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator, MutableSequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType

from stress.confining import GONE
from stress.fresh import serve
from stress.inquiry import Answer
from stress.rerun import Rerun
from stress.silence import hangs_text
from stress.work import Bug
from stress.worker import DESCRIPTORS_GONE, GROUP_SIGNALS, NOT_UP, PULSES, Job, Outcome, work

SILENCE_S = 60.0
"""A worker that takes no step for so long is taken to hang."""

COMES_UP_S = 600.0
"""A process that has not come up after so long never will; imports on a busy machine take long."""

WORKERS_HASH = 1
FRESH_HASH = 102
"""PYTHONHASHSEED of the first worker and of the first fresh process; the next ones count on."""

FRESH_FOR = 8
"""So many reruns go to the first fresh process, to each next one twice as many as before."""

_DIES_WITHIN_S = 5.0


class _Process:
    """One process that does jobs, one at a time."""

    def __init__(self, main: Callable[..., None], hash_seed: int) -> None:
        context = get_context("spawn")
        self.pulse: MutableSequence[int] = context.RawArray("q", PULSES)
        self.pulse[0] = NOT_UP
        self.connection: Connection
        self.connection, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(
            target=main, args=(theirs, self.pulse), daemon=True
        )
        with _born(PYTHONHASHSEED=str(hash_seed)):
            self.process.start()
        theirs.close()
        self.job: Job | None = None
        self._seen: tuple[int, ...] = ()
        self._seen_at = time.monotonic()

    def submit(self, job: Job) -> None:
        self.job = job
        self._seen_at = time.monotonic()
        # A process that has died shows when its answer is waited for.
        with suppress(BrokenPipeError):
            self.connection.send(job)

    def outcomes(self, *, ready: bool, silence_s: float) -> list[Outcome]:
        """Return what the process has said; a dead or silent one says a Bug."""
        assert self.job is not None
        if ready:
            try:
                outcome: Outcome = self.connection.recv()
            except (EOFError, OSError):
                outcome = Bug(self.job.number, self._died())
            if not isinstance(outcome, Answer) or outcome.last:
                self.job = None
            return [outcome]
        if self._silent_for() > (COMES_UP_S if self.pulse[0] == NOT_UP else silence_s):
            bug = Bug(self.job.number, self._hangs(silence_s))
            self.job = None
            return [bug]
        return []

    def end(self) -> None:
        """End the process: by asking if it has nothing to do, else at once."""
        with suppress(OSError):
            if self.job is None:
                self.connection.send(None)
            else:
                self.process.kill()

    def ended(self) -> None:
        """Wait until the process has ended, and end what it has left behind."""
        self._exit_code(_DIES_WITHIN_S)
        self.kill()
        self.process.join()
        self.connection.close()

    def kill(self) -> None:
        """End the process and all it has started, at once."""
        self.process.kill()
        if self.process.pid is not None and self.pulse[0] != NOT_UP:
            # It leads a group of its own since it has come up.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def _silent_for(self) -> float:
        """Return for how many seconds the process has not moved."""
        now, pulse = time.monotonic(), tuple(self.pulse)
        if pulse != self._seen:
            self._seen, self._seen_at = pulse, now
        return now - self._seen_at

    def _place(self) -> str:
        """Say which execution the process was last seen in."""
        assert self.job is not None
        number, item, steps = self.pulse
        if number != self.job.number or not 0 <= item < len(self.job.items):
            return f"before the first execution of job {self.job.number}"
        scenario, index = self.job.items[item]
        return f"in execution {index} of {scenario} at step {steps}"

    def _exit_code(self, patience_s: float) -> int | None:
        """Return the exit code, None if the process lives on.

        Not by `join`: that takes a process that has closed its descriptors for one that has ended,
        and waits for it for ever.
        """
        deadline = time.monotonic() + patience_s
        while self.process.exitcode is None and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.process.exitcode

    def _died(self) -> str:
        place, code = self._place(), self._exit_code(_DIES_WITHIN_S)
        if code in (None, DESCRIPTORS_GONE):
            self.kill()
            return f"{GONE}: a worker lost its connection {place}"
        return f"a worker died (exit code {code}) {place}"

    def _hangs(self, silence_s: float) -> str:
        place = self._place()
        # Let it print where it is (faulthandler) before it goes.
        if self.process.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGUSR1)
            time.sleep(0.5)
        self.kill()
        return hangs_text("a worker", silence_s, place)


@contextmanager
def _born(**environment: str) -> Iterator[None]:
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


class Pool:
    """Some worker processes and a fresh one. As a context manager: leaving it ends them."""

    def __init__(self, jobs: int, *, silence_s: float = SILENCE_S) -> None:
        self._silence_s = silence_s
        self._workers = [_Process(work, WORKERS_HASH + number) for number in range(jobs)]
        self._fresh = _Process(serve, FRESH_HASH)
        self._fresh_number = 0
        self._reruns_left = FRESH_FOR

    def __enter__(self) -> "Pool":
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

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
    def _processes(self) -> list[_Process]:
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
        if not self._reruns_left:
            self._fresh.kill()
            self._fresh.ended()
            self._fresh_number += 1
            self._reruns_left = FRESH_FOR << self._fresh_number
            self._fresh = _Process(serve, FRESH_HASH + self._fresh_number)
        self._reruns_left -= 1

    def answers(self, timeout_s: float) -> list[Outcome]:
        """Wait for answers, at most so long; a dead or silent process answers with a Bug."""
        busy = [process for process in self._processes if process.job is not None]
        ready = wait([process.connection for process in busy], timeout_s)
        answers: list[Outcome] = []
        for process in busy:
            answers += process.outcomes(
                ready=process.connection in ready, silence_s=self._silence_s
            )
        return answers

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
