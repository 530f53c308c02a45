# SPDX-License-Identifier: GPL-2.0-only
"""The workers as their parent sees them: hand out jobs, wait for answers, notice silence."""

import os
import signal
import time
from collections.abc import MutableSequence
from contextlib import suppress
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType

from stress.inquiry import Answer, Inquiry
from stress.silence import hangs_text
from stress.work import Batch, Bug, Facts
from stress.worker import GROUP_SIGNALS, work

SILENCE_S = 60.0
"""A worker that takes no step for so long is taken to hang."""


class _Worker:
    """One worker process."""

    def __init__(self) -> None:
        context = get_context("spawn")
        self.pulse: MutableSequence[int] = context.RawArray("q", 4)
        self.connection: Connection
        self.connection, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(
            target=work, args=(theirs, self.pulse), daemon=True
        )
        self.process.start()
        theirs.close()
        self.job: Batch | Inquiry | None = None
        self._seen: tuple[int, ...] = ()
        self._seen_at = time.monotonic()

    def submit(self, job: Batch | Inquiry) -> None:
        self.job = job
        self._seen_at = time.monotonic()
        self.connection.send(job)

    def silent_for(self) -> float:
        """Return for how many seconds the worker has not moved."""
        now, pulse = time.monotonic(), tuple(self.pulse)
        if pulse != self._seen:
            self._seen, self._seen_at = pulse, now
        return now - self._seen_at

    def place(self) -> str:
        """Say which execution the worker was last seen in."""
        if self.job is None:
            return "between jobs"
        number, item, steps, _ = self.pulse
        if number != self.job.number or not 0 <= item < len(self.job.items):
            return f"before the first execution of job {self.job.number}"
        scenario, index = self.job.items[item]
        return f"in execution {index} of {scenario} at step {steps}"


class Pool:
    """Some worker processes. Use it as a context manager: leaving it ends them."""

    def __init__(self, jobs: int, *, silence_s: float = SILENCE_S) -> None:
        self._silence_s = silence_s
        # The tracker that comes with the first worker would unblock them again.
        resource_tracker.ensure_running()
        # Workers are born with these blocked, so that none dies of a Ctrl-C before it has learned
        # to ignore it; ours comes in when they have started.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, GROUP_SIGNALS)
        try:
            self._workers = [_Worker() for _ in range(jobs)]
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

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
    def busy(self) -> bool:
        """Whether some worker has a job."""
        return any(worker.job is not None for worker in self._workers)

    def submit(self, job: Batch | Inquiry) -> None:
        """Give a job to an idle worker."""
        worker = next(worker for worker in self._workers if worker.job is None)
        # A worker that has died shows when its answer is waited for.
        with suppress(BrokenPipeError):
            worker.submit(job)

    def answers(self, timeout_s: float) -> list[Facts | Answer | Bug]:
        """Wait for answers, at most so long; a dead or silent worker answers with a Bug."""
        busy = [worker for worker in self._workers if worker.job is not None]
        ready = wait([worker.connection for worker in busy], timeout_s)
        answers: list[Facts | Answer | Bug] = []
        for worker in busy:
            assert worker.job is not None
            if worker.connection in ready:
                try:
                    answers.append(worker.connection.recv())
                except (EOFError, OSError):
                    answers.append(Bug(worker.job.number, self._died(worker)))
                worker.job = None
            elif worker.silent_for() > self._silence_s:
                answers.append(Bug(worker.job.number, self._hangs(worker)))
                worker.job = None
        return answers

    def close(self) -> None:
        """End the workers: those with nothing to do by asking, the others at once."""
        for worker in self._workers:
            with suppress(OSError):
                if worker.job is None:
                    worker.connection.send(None)
                else:
                    worker.process.kill()
        for worker in self._workers:
            worker.process.join(5)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            worker.connection.close()

    def kill(self) -> None:
        """End the workers at once."""
        for worker in self._workers:
            worker.process.kill()

    def _died(self, worker: _Worker) -> str:
        worker.process.join(5)
        return f"a worker died (exit code {worker.process.exitcode}) {worker.place()}"

    def _hangs(self, worker: _Worker) -> str:
        place = worker.place()
        # Let it print where it is (faulthandler) before it goes.
        if worker.process.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(worker.process.pid, signal.SIGUSR1)
            time.sleep(0.5)
        worker.process.kill()
        return hangs_text("a worker", self._silence_s, place)
