# SPDX-License-Identifier: GPL-2.0-only
"""One process that does jobs, as its parent sees it: is it alive, where is it, how did it end?

Code under test runs in it, so none of this can be taken for granted.
"""

import os
import signal
import time
from collections.abc import Callable, MutableSequence
from concurrent.futures import Future, wait
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from stress.executions import hangs_text
from stress.findings import Answer
from stress.jobs.birth import born
from stress.jobs.bounding import bound, has_grown
from stress.jobs.cursor import JOB, NOT_UP, PULSES
from stress.jobs.death import Death, death_in, ended_text, is_stopped
from stress.jobs.executor import Assignment, Job, Outcome
from stress.jobs.mail import coming, post
from stress.jobs.work import Bug
from stress.jobs.worker import DESCRIPTORS_GONE, PLACE_MAX, SharedText
from stress.scenarios import SCENARIOS
from stress.system import GONE, LogLine, logs

COMES_UP_S = 600.0
"""A process that has not come up after so long never will; imports on a busy machine take long."""

_DIES_WITHIN_S = 5.0
_COMES_WITHIN_S = 0.05
"""What has begun to come has come whole after so long, unless who sends it was stopped."""


class Process:
    """One process that does jobs, one at a time.

    Attributes:
        name: what reports call it, such as `a worker`.
        log: writes its lines of the log.
        is_dead: it has died, or had to be killed.
        process: the process.
        connection: jobs go out, answers come in.
        pulse: what it shows of itself, see stress/jobs/cursor.py.
        job: what it is doing, None if nothing.
        death: how it died in a job, if it has and not by its own line; None otherwise.
    """

    def __init__(
        self,
        name: str,
        main: Callable[..., None],
        hash_seed: int,
        *,
        stacks: bool = False,
        memory_max: int | None = None,
    ) -> None:
        """Start it.

        Args:
            name: what reports call it.
            main: what it does.
            hash_seed: its PYTHONHASHSEED.
            stacks: have it print the stacks of its threads if it hangs.
            memory_max: so many bytes it may have; None for no bound.
        """
        self.name = name
        self.log = logs.named(name)
        self._main = main
        self._hash_seed = hash_seed
        self._memory_max = memory_max
        self._stacks = stacks
        self.is_dead = False
        context = get_context("spawn")
        self.pulse: MutableSequence[int] = context.RawArray("q", PULSES)
        self.pulse[JOB] = NOT_UP
        self._hangs_at: SharedText = context.RawArray("c", PLACE_MAX + 1)
        self.connection: Connection
        self.connection, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(
            target=main,
            args=(theirs, self.pulse, self._hangs_at, logs.has_debug()),
            daemon=True,
        )
        with born(PYTHONHASHSEED=str(hash_seed)):
            self.process.start()
        theirs.close()
        if memory_max is not None and self.process.pid is not None:
            bound(self.process.pid, memory_max)
        self.job: Job | None = None
        self.death: Death | None = None
        self._coming: Future[Outcome | LogLine] | None = None
        self._seen: tuple[int, ...] = ()
        self._seen_at = time.monotonic()

    def again(self) -> "Process":
        """Start another one like it."""
        return Process(
            self.name,
            self._main,
            self._hash_seed,
            stacks=self._stacks,
            memory_max=self._memory_max,
        )

    @property
    def has_grown(self) -> bool:
        """Whether it takes much more than it needs; False if nobody has bounded it."""
        pid, memory_max = self.process.pid, self._memory_max
        return pid is not None and memory_max is not None and has_grown(pid, memory_max)

    def submit(self, job: Job) -> None:
        """Give it a job; it has none."""
        self.job = job
        self._seen_at = time.monotonic()
        post(self.connection, Assignment(job, SCENARIOS.registered))

    def outcomes(self, *, ready: bool, hang_s: float) -> list[Outcome]:
        """Return what the process has said; of one that died or hangs comes a Bug."""
        assert self.job is not None
        if ready and self._coming is None:
            self._coming = coming(self.connection)
        if self._coming is not None and wait([self._coming], _COMES_WITHIN_S).done:
            outcome = self._said()
            if isinstance(outcome, LogLine):
                self.log.take(outcome)
                return []
            if outcome.number != self.job.number:
                return []  # of the job before: it was answered, and then its process died
            if not isinstance(outcome, Answer) or outcome.last:
                self.job = None
            return [outcome]
        comes_up = self.pulse[JOB] == NOT_UP and not is_stopped(self.process.pid)
        if self._unmoved_s() > (COMES_UP_S if comes_up else hang_s):
            bug = self._hangs(hang_s)
            self.job = None
            return [bug]
        return []

    def _said(self) -> Outcome | LogLine:
        """Return the message that has come whole; nobody being there any more is one, too."""
        assert self._coming is not None
        message, self._coming = self._coming, None
        try:
            outcome: Outcome | LogLine = message.result()
        except Exception:
            return self._died()
        return outcome

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
        self.is_dead = True
        self.process.kill()
        if self.process.pid is not None and self.pulse[JOB] != NOT_UP:
            # It leads a group of its own since it has come up.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def _unmoved_s(self) -> float:
        """Return for how many seconds the process has not moved."""
        now, pulse = time.monotonic(), tuple(self.pulse)
        if pulse != self._seen:
            self._seen, self._seen_at = pulse, now
        return now - self._seen_at

    def _place(self) -> str:
        """Say which execution the process was last seen in."""
        assert self.job is not None
        number, item, steps, *_ = self.pulse
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

    def _died(self) -> Bug:
        assert self.job is not None
        pulse, place, code = tuple(self.pulse), self._place(), self._exit_code(_DIES_WITHIN_S)
        self.kill()
        if code in (None, DESCRIPTORS_GONE):
            text = f"{GONE}: {self.name} lost its connection {place}"
            bug = Bug(self.job.number, text, of_class=self.job.target.is_users)
            how = "lost its connection"
        else:
            bug = Bug(self.job.number, f"{self.name} died (exit code {code}) {place}")
            how = ended_text(code)
        self.death = None if bug.of_class else death_in(self.job, how, pulse)
        self.warn(bug.message)
        return bug

    def _hangs(self, hang_s: float) -> Bug:
        assert self.job is not None
        pulse, place = tuple(self.pulse), self._place()
        stopped = is_stopped(self.process.pid)
        # Where it was stopped is nobody's fault.
        line = "" if stopped else self._hangs_at.value.decode(errors="replace")
        # Let it print where it is (faulthandler) before it goes.
        if self.process.pid is not None and not stopped and (self._stacks or not line):
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGUSR1)
            time.sleep(0.5)
        self.kill()
        if not line:
            how = "was stopped" if stopped else "took no step"
            self.death = death_in(self.job, f"{how} for {hang_s:.0f} s", pulse)
        text = hangs_text(self.name, hang_s, place, line)
        self.warn(text)
        return Bug(self.job.number, text, of_class=bool(line))

    def warn(self, text: str) -> None:
        """Log what has become of it, as reports have it; the log names it by itself."""
        self.log.warning(text.removeprefix(f"{self.name} "))
