# SPDX-License-Identifier: GPL-2.0-only
"""A Dask cluster as an executor: the same jobs, done by the threads of its workers.

Which worker does a job is decided here, since only those that have the same vgic-stress may
(members.py). A worker may come at any time, and go at any time: what it was doing is done by
another one. What comes of it depends on neither.
"""

import secrets
import threading
import time
from collections import Counter
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import Any

from harness.engine import described
from stress.executions import Target
from stress.explaining import repro_file
from stress.findings import Answer
from stress.jobs.errands import ExploredSpace
from stress.jobs.executor import Job, Outcome
from stress.jobs.local_pool import HANG_S
from stress.jobs.members import Members
from stress.jobs.remote import Parcel, deliver, let_go
from stress.jobs.rerun import Rerun
from stress.jobs.work import Bug
from stress.scenarios import SCENARIOS, Registered, ScenarioFile
from stress.system import logs

LOOK_EVERY_S = 2.0
"""So often is looked which workers there are."""

ALONE_S = 120.0
"""A campaign whose cluster has had no worker for so long ends."""

TRIES = 4
"""A job that so many workers have gone away with is given to no other."""

_GATHERED_S = 10.0


@dataclass(eq=False)
class _Given:
    """A job that a worker has.

    Attributes:
        job: the job.
        worker: the worker's address; "" if it waits for one.
        future: what Dask has for it; None while it waits.
        tries: how many workers have had it.
    """

    job: Job
    worker: str = ""
    future: Any = None
    tries: int = 0


class Cluster(AbstractContextManager["Cluster"]):
    """The workers of a Dask cluster, for as long as the context lasts.

    Attributes:
        troubles: what happened to workers, in words.
    """

    def __init__(self, address: str, *, hang_s: float = HANG_S) -> None:
        """Connect, and ask every worker there is for its version.

        Args:
            address: the scheduler's, such as tcp://scheduler:8786.
            hang_s: after how many seconds without a step a process is taken to hang.

        Raises:
            BadArgument: nobody is there, or not all workers have this vgic-stress.
        """
        self._members = Members(address)
        self.troubles = self._members.troubles
        self._campaign = secrets.token_hex(8)
        self._hang_s = hang_s
        self._given: list[_Given] = []
        self._done: SimpleQueue[_Given] = SimpleQueue()
        self._sources: dict[Target, bytes] = {}
        self._own: dict[Registered, bytes | None] = {}
        self._looked_at = self._seen_at = time.monotonic()

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def _reruns(self) -> int:
        return sum(isinstance(given.job, Rerun) for given in self._given)

    @property
    def idle(self) -> bool:
        """Whether some worker has a thread with nothing to do."""
        return len(self._given) - self._reruns < sum(self._members.threads.values())

    @property
    def can_rerun(self) -> bool:
        """Whether some worker has no rerun to do; each may have one beside what fills it."""
        return self._reruns < len(self._members.threads)

    @property
    def busy(self) -> bool:
        """Whether some worker has a job, or a job waits for one."""
        return bool(self._given)

    def submit(self, job: Job) -> None:
        """Give a job to the worker that has most to spare."""
        given = _Given(job)
        self._given.append(given)
        self._hand_out(given)

    def _hand_out(self, given: _Given) -> None:
        busy = Counter(each.worker for each in self._given)
        free = {name: count - busy[name] for name, count in self._members.threads.items()}
        given.future, given.worker = None, max(free, key=free.__getitem__, default="")
        if not given.worker:
            return  # until one comes
        given.tries += 1
        job = given.job
        source, debug = self._source(job.target), logs.has_debug()
        parcel = Parcel(self._campaign, job, source, self._hang_s, debug, self._own_scenarios())
        given.future = self._members.submit(deliver, given.worker, parcel)
        if given.future is None:
            given.worker = ""
        else:
            given.future.add_done_callback(lambda _: self._done.put(given))

    def _source(self, target: Target) -> bytes | None:
        """Return the user's file as it was when it was first asked for; None if there is none."""
        if target.patch is None:
            return None
        if target not in self._sources:
            self._sources[target] = (target.copy or target.patch[0]).read_bytes()
        return self._sources[target]

    def _own_scenarios(self) -> tuple[tuple[Registered, bytes | None], ...]:
        """Return the user's own scenarios, with their files as they were when first asked for."""
        for each in SCENARIOS.registered:
            if each not in self._own:
                file = each.source
                self._own[each] = file.text if isinstance(file, ScenarioFile) else None
        return tuple((each, self._own[each]) for each in SCENARIOS.registered)

    def answers(self, timeout_s: float) -> list[Outcome]:
        """Wait for answers, at most so long; a job that a worker went away with is given again.

        Raises:
            ConnectionError: the scheduler is gone, or has had no worker for long.
        """
        outcomes: list[Outcome] = []
        wait_s = timeout_s
        with suppress(Empty):
            while True:
                given = self._done.get(timeout=wait_s)
                outcomes += self._taken(given)
                wait_s = 0.0
        if self._members.gone or time.monotonic() - self._looked_at > LOOK_EVERY_S:
            outcomes += self._look_again()
        return outcomes

    def _taken(self, given: _Given) -> list[Outcome]:
        """Return what came of a job that is done; have it done again if its worker is gone."""
        future = given.future
        if given not in self._given or future is None or not future.done():
            return []  # it was given to another one meanwhile
        from asyncio import CancelledError  # a quarter of what a worker process imports

        try:
            delivery = future.result(timeout=_GATHERED_S)
        except (Exception, CancelledError) as error:
            return self._elsewhere(given, described(error))
        self._given.remove(given)
        for name, line in delivery.lines:
            logs.named(f"{name} of {given.worker}").take(line)
        self._report(*(f"{given.worker}: {text}" for text in delivery.troubles))
        return [_as_here(outcome, given.job.target) for outcome in delivery.outcomes]

    def _elsewhere(self, given: _Given, why: str) -> list[Outcome]:
        text = f"{given.worker} went away with a job, which is done elsewhere ({why})"
        logs.warning(text)
        self._report(text)
        if given.future is not None:
            given.future.release()
        if given.tries >= TRIES:
            self._given.remove(given)
            return [Bug(given.job.number, f"{TRIES} workers went away with one job: {why}")]
        self._hand_out(given)
        return []

    def _look_again(self) -> list[Outcome]:
        """Look which workers there are, and have done elsewhere what those had that are gone."""
        members = self._members
        members.look()
        self._looked_at = now = time.monotonic()
        if members.threads:
            self._seen_at = now
        elif not members.gone and now - self._seen_at > ALONE_S:
            members.gone = f"it has had no worker for {ALONE_S:.0f} s"
        if members.gone:
            raise ConnectionError(f"the cluster cannot go on: {members.gone}")
        outcomes: list[Outcome] = []
        for given in list(self._given):
            if not given.worker:
                self._hand_out(given)
            elif given.worker not in members.threads:
                outcomes += self._elsewhere(given, "it is no longer there")
        return outcomes

    def _report(self, *texts: str) -> None:
        self.troubles += [text for text in texts if text not in self.troubles]

    def close(self) -> None:
        """Cancel what is left, and end what workers have kept for this campaign."""
        for given in self._given:
            if given.future is not None:
                given.future.release()
        self._given.clear()

        def end() -> None:
            with suppress(Exception):
                self._members.call(let_go, self._campaign)
            with suppress(Exception):
                self._members.close()

        # One who does not answer is not waited for.
        ending = threading.Thread(target=end, name="leaving the cluster", daemon=True)
        ending.start()
        ending.join(5.0)

    def kill(self) -> None:
        """Do nothing: Dask drops the jobs of a client that is gone, and hosts end when idle."""


def _as_here(outcome: Outcome, target: Target) -> Outcome:
    """Return an outcome as the local pool would have it: a test file names the user's file here."""
    if target.patch is None:
        return outcome
    if isinstance(outcome, ExploredSpace):
        return replace(outcome, answers=tuple(_told_here(each, target) for each in outcome.answers))
    return _told_here(outcome, target) if isinstance(outcome, Answer) else outcome


def _told_here(answer: Answer, target: Target) -> Answer:
    example = answer.example
    repro = repro_file(example.identity, example.columns, example.tokens, target)
    return replace(answer, example=replace(example, repro=repro))
