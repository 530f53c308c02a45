# SPDX-License-Identifier: GPL-2.0-only
"""A worker process: takes batches and inquiries, runs them on its own core, says what it found.

It obeys its parent and nobody else: Ctrl-C is the parent's business, and when the parent is gone
the pipe ends and so does the worker.
"""

import contextlib
import faulthandler
import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import MutableSequence
from functools import cache
from multiprocessing.connection import Connection

from harness import HarnessBug, OsThreads
from harness.signs import SIGNS
from stress.exits import Exit
from stress.garbage import Garbage
from stress.inquiry import Answer, Inquiry, inquire
from stress.subject import Subject
from stress.work import Batch, Bug, Cursor, Facts, run_batch
from vgic import V1

BEAT_S = 0.25

GROUP_SIGNALS = {signal.SIGINT, signal.SIGTERM}
"""What ends a whole process group; workers are born with it blocked."""


def work(connection: Connection, pulse: MutableSequence[int]) -> None:
    """Do jobs until the parent sends None or is gone.

    Args:
        connection: jobs come in, what came of them goes out.
        pulse: four shared integers: batch, item, steps, and what else has moved; one of them
            changes as long as something moves.
    """
    _leave_signals_to_the_parent()
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    cursor = Cursor()
    with OsThreads() as carriers, Garbage() as garbage:
        _start_heart(cursor, carriers, pulse)
        carriers.pin_caller()
        with contextlib.suppress(EOFError, BrokenPipeError):
            while (job := connection.recv()) is not None:
                connection.send(_run(job, carriers, cursor, garbage))


def _leave_signals_to_the_parent() -> None:
    """Take no part in what a terminal or `timeout` sends to the whole process group."""
    os.setpgrp()
    for number in GROUP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # also what has come since birth
    signal.pthread_sigmask(signal.SIG_UNBLOCK, GROUP_SIGNALS)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


@cache
def _kernel(subject: Subject) -> type[V1]:
    return subject.kernel()


def _run(
    job: Batch | Inquiry, carriers: OsThreads, cursor: Cursor, garbage: Garbage
) -> Facts | Answer | Bug:
    try:
        kernel = _kernel(job.subject)
        if isinstance(job, Batch):
            return run_batch(job, kernel, carriers, cursor, garbage)
        cursor.batch, cursor.item = job.number, 0
        return inquire(job, kernel, carriers)
    except HarnessBug as bug:
        return Bug(job.number, str(bug))
    except Exception:
        return Bug(job.number, traceback.format_exc())


def _start_heart(cursor: Cursor, carriers: OsThreads, pulse: MutableSequence[int]) -> None:
    """Show the parent where we are, without a word in the step path.

    Code that never reaches a scheduling point leaves all four as they are. It does not hear
    either that the parent is gone, so that is looked for here.
    """
    parent = multiprocessing.parent_process()
    parent_pid = parent.pid if parent is not None else os.getppid()

    def beat() -> None:
        while os.getppid() == parent_pid:
            pulse[0], pulse[1], pulse[2] = cursor.batch, cursor.item, carriers.steps
            pulse[3] = carriers.executions + SIGNS.analysed
            time.sleep(BEAT_S)
        os._exit(Exit.HARNESS_BUG)

    threading.Thread(target=beat, name="heart", daemon=True).start()
