# SPDX-License-Identifier: GPL-2.0-only
"""A worker process: takes batches and inquiries, runs them on its own core, says what it found.

It obeys its parent and nobody else: Ctrl-C is the parent's business, and when the parent is gone
the pipe ends and so does the worker.
"""

import multiprocessing
import os
import threading
import time
import traceback
import warnings
from collections.abc import Callable, MutableSequence
from contextlib import AbstractContextManager
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Protocol

from harness import HarnessBug, OldName, OsThreads
from harness.engine import SIGNS, Carried, Thread, printable_text
from stress.executions import Target, fault_of
from stress.findings import Answer, Inquiry, inquire
from stress.jobs.cursor import MOVED, NO_JOB, STEPS, Cursor
from stress.jobs.errands import run_errand
from stress.jobs.executor import Job, Outcome, assigned
from stress.jobs.obeying import leave_signals_to_the_parent
from stress.jobs.rerun import Rerun, run_again
from stress.jobs.work import Batch, Bug, run_batch
from stress.system import (
    Exit,
    Garbage,
    LogLine,
    confined,
    end_at_once,
    is_bounded,
    own_code_under_way,
)

BEAT_S = 0.25

PLACE_MAX = 400
"""So many bytes of the line in which it seems to hang."""


class SharedText(Protocol):
    """Bytes that a process shares with its parent."""

    value: bytes


DESCRIPTORS_GONE = 77
OUT_OF_MEMORY = 78
"""How a process ends that cannot go on, see stress.system; nothing else ends like this."""


class _Counting(OsThreads):
    """Carriers that show the parent each execution that they begin."""

    def __init__(self, cursor: Cursor, *, pinned: bool) -> None:
        super().__init__(pinned=pinned)
        self._cursor = cursor

    def run(self, scheduler: Carried, first: Thread) -> None:
        """Run an execution."""
        self._cursor.begin_execution()
        super().run(scheduler, first)


class Working:
    """What a process works with, and where it is.

    Attributes:
        carriers: what the threads of executions run on.
        garbage: collects what they leave behind.
        cursor: which execution it is in.
        log: sends a line of the log to the parent; for jobs, not for executions.
    """

    def __init__(
        self,
        garbage: Garbage,
        shown: MutableSequence[int] | None = None,
        *,
        pinned: bool = True,
        log: Callable[[str], None] = lambda text: None,
    ) -> None:
        """Take up work.

        Args:
            garbage: collects what executions leave behind.
            shown: where to show a parent where we are, see stress/jobs/cursor.py.
            pinned: claim a core.
            log: sends a line of the log to a parent.
        """
        self.garbage = garbage
        self.log = log
        self.cursor = Cursor(shown)
        self.carriers: OsThreads = _Counting(self.cursor, pinned=pinned)
        self._targets: dict[Target, Target] = {}

    def known(self, target: Target) -> Target:
        """Return equal targets as one object, whose kernel is made once and not for each job."""
        return self._targets.setdefault(target, target)

    def show_life(self, pulse: MutableSequence[int], place: SharedText, parent: int) -> None:
        """Show the parent from now on that we go on, without a word in the step path.

        Code that never reaches a scheduling point leaves all as it is. It does not hear either that
        the parent is gone, so that is looked for here.

        Args:
            pulse: what the cursor is in, too.
            place: in which line of the user's own, if nothing has moved since the last look.
            parent: the process without which this one ends.
        """

        def beat() -> None:
            before: tuple[int, ...] = ()
            while os.getppid() == parent:
                pulse[STEPS] = self.carriers.steps
                pulse[MOVED] = self.carriers.executions + SIGNS.analysed
                now = tuple(pulse)
                line = self._line() if now == before else ""
                before = now
                place.value = printable_text(line).encode()[:PLACE_MAX]
                time.sleep(BEAT_S)
            end_at_once(Exit.HARNESS_BUG)

        threading.Thread(target=beat, name="heart", daemon=True).start()

    def _line(self) -> str:
        """Return in which line of a user's class or scenario we are, "" if in none."""
        return self.carriers.place if self.carriers.running else own_code_under_way()

    def confined(self) -> AbstractContextManager[None]:
        """Return a context in which code under test starts no process and closes no descriptor."""
        return confined(self.carriers, lambda: end_at_once(DESCRIPTORS_GONE))


def work(
    connection: Connection, pulse: MutableSequence[int], place: SharedText, logs: bool
) -> None:
    """Do jobs until the parent sends None or is gone.

    Args:
        connection: jobs come in, what came of them goes out.
        pulse: where to show the parent where we are, see stress/jobs/cursor.py.
        place: the line of the user's own in which it seems to hang.
        logs: send lines of the log to the parent.
    """
    leave_signals_to_the_parent()
    warnings.simplefilter("ignore", OldName)  # the parent has said so once for all
    parent = multiprocessing.parent_process()
    parent_pid = parent.pid if parent is not None else None
    working = Working(Garbage(), pulse, log=line_sender(connection, logs))
    working.log(f"up as process {os.getpid()}")
    with working.carriers as carriers, working.garbage:
        carriers.pin_caller()
        working.show_life(pulse, place, parent_pid or os.getppid())
        try:
            with working.confined():
                while (assignment := connection.recv()) is not None:
                    job = assigned(assignment)
                    connection.send(run_job(job, working, connection.send))
                    working.cursor.begin(NO_JOB)
        except (EOFError, ConnectionError):
            pass  # the parent is gone


def line_sender(connection: Connection, logs: bool) -> Callable[[str], None]:
    """Return what sends a line of the log to the parent, if that wants any."""
    return (lambda text: connection.send(LogLine(text))) if logs else lambda text: None


def _words(job: Job) -> str:
    """Say of a job what it is, before it is done: it may never be."""
    first = [f", from execution {index} of {name}" for name, index in job.items[:1]]
    return f"{type(job).__name__.lower()} {abs(job.number)} on {job.target}{''.join(first)}"


def run_job(
    job: Job, working: Working, so_far: Callable[[Answer], None] = lambda answer: None
) -> Outcome:
    """Do one job.

    Args:
        job: what to do.
        working: what to do it with.
        so_far: called with what an inquiry has confirmed, before it is shrunk.
    """
    try:
        working.cursor.begin(job.number)
        job = replace(job, target=working.known(job.target))
        working.log(_words(job))
        if isinstance(job, Batch):
            return run_batch(job, working.carriers, working.cursor, working.garbage)
        if isinstance(job, Rerun):
            return run_again(job, working.carriers, working.cursor)
        working.cursor.come_to(0)
        if isinstance(job, Inquiry):
            return inquire(job, working.carriers, so_far)
        return run_errand(job, working.carriers)
    except HarnessBug as bug:
        _end_if_out_of_memory(bug.__cause__)
        fault = fault_of(bug, job.target)
        return Bug(job.number, fault or str(bug), of_class=bool(fault))
    except ConnectionError:
        raise
    except Exception as error:
        _end_if_out_of_memory(error)
        return Bug(job.number, traceback.format_exc())


def _end_if_out_of_memory(error: BaseException | None) -> None:
    """End the process if an error says that it has met its bound: nothing in it can be relied on.

    The stack of a thread is memory, too.
    """
    of_thread = isinstance(error, RuntimeError) and "start new thread" in str(error)
    if is_bounded() and (of_thread or isinstance(error, MemoryError)):
        end_at_once(OUT_OF_MEMORY)
