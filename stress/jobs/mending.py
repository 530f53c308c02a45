# SPDX-License-Identifier: GPL-2.0-only
"""The mending pool: the local pool of a night, whose processes may die without the night.

A worker that is killed, out of memory, stopped or hung is replaced and its job is done again
(attempt.py): the executions of a seed come out as if nothing had happened, and what happened stands
in `troubles`. In `run`, which somebody waits for, the same is a bug of the harness.
"""

from collections.abc import Callable

from stress.jobs.attempt import Attempt
from stress.jobs.bounding import share
from stress.jobs.death import Death
from stress.jobs.executor import Outcome
from stress.jobs.local_pool import HANG_S, LocalPool
from stress.jobs.process import Process
from stress.jobs.work import Bug

IN_A_ROW_MAX = 20
"""If so many processes die one after the other before they do anything, no other would live."""


class Mending(LocalPool):
    """A local pool that replaces processes.

    Attributes:
        troubles: what happened to processes, in words.
    """

    def __init__(
        self,
        jobs: int,
        *,
        hang_s: float = HANG_S,
        stacks: bool = False,
        memory_max: int | None = None,
    ) -> None:
        """Start the processes.

        Args:
            jobs: how many worker processes.
            hang_s: after how many seconds without a step one of them is taken to hang.
            stacks: have it print the stacks of its threads then.
            memory_max: so many bytes each may have; None for its share of half the machine.
        """
        self.troubles: list[str] = []
        self._memory_max = memory_max or share(jobs + 1)
        self._attempts: dict[Process, Attempt] = {}
        self._in_a_row = 0
        super().__init__(jobs, hang_s=hang_s, stacks=stacks)

    def _process(self, name: str, main: Callable[..., None], hash_seed: int) -> Process:
        return Process(name, main, hash_seed, stacks=self._stacks, memory_max=self._memory_max)

    def _worker_name(self, number: int) -> str:
        return f"worker {number + 1}"

    def _collected(self, process: Process, outcomes: list[Outcome]) -> list[Outcome]:
        """Have done again what a process has died in; pass on what it says otherwise."""
        if process.death is not None:
            return self._mend(process, process.death)
        if not outcomes:
            return []
        self._in_a_row = 0
        if process.job is not None:
            self._attempts.setdefault(process, Attempt(process.job))
        attempt = self._attempts.get(process)
        if attempt is not None:
            outcomes = [each for outcome in outcomes for each in attempt.says(outcome)]
        if process.job is None:
            self._attempts.pop(process, None)
            process = self._renewed_if_needed(process)
            if attempt is not None and not attempt.is_over:
                self._goes_on(process, attempt)
        return outcomes

    def _goes_on(self, process: Process, attempt: Attempt) -> None:
        self._attempts[process] = attempt
        process.submit(attempt.job)

    def _renewed_if_needed(self, process: Process) -> Process:
        """Return a process, or another one in its place if it was ended or has grown."""
        if process.has_grown:
            text = (
                f"{process.name} has grown and is renewed, as each is that has: exploring takes "
                "memory, and so does code under test that leaks memory or descriptors"
            )
            process.warn(text)
            self._report(text)
        elif not process.is_dead:
            return process
        return self._replaced(process)

    def _mend(self, process: Process, death: Death) -> list[Outcome]:
        self._in_a_row = self._in_a_row + 1 if death.place is None else 0
        attempt = self._attempts.pop(process, None) or Attempt(death.job)
        self._report(f"{process.name} (pid {process.process.pid}) {death.how} {death.where}")
        new = self._replaced(process)
        if self._in_a_row > IN_A_ROW_MAX:
            text = f"{self._in_a_row} processes died before they did anything; the last one: "
            return [Bug(death.job.number, text + self.troubles[-1])]
        if not attempt.died(death):
            return attempt.ends()
        self._goes_on(new, attempt)
        return []

    def _report(self, text: str) -> None:
        if text not in self.troubles:
            self.troubles.append(text)

    def _replaced(self, process: Process) -> Process:
        """Put another one in the place of a process, and return it."""
        process.kill()
        process.ended()
        new = process.again()
        if process is self._fresh:
            self._fresh = new
        else:
            self._workers[self._workers.index(process)] = new
        return new
