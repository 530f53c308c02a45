# SPDX-License-Identifier: GPL-2.0-only
"""The fresh process: a server that has imported all and run nothing, and forks a child for a job.

To start an interpreter for each job would take a third of a second; to fork one takes a few
milliseconds, and what the child runs finds nothing that an earlier execution has left behind. The
server has no thread but its own, so that it can be forked safely.
"""

import gc
import os
import signal
import traceback
import warnings
from collections.abc import MutableSequence
from contextlib import suppress
from multiprocessing.connection import Connection

from harness import OldName
from stress.jobs.cursor import NO_JOB, Cursor
from stress.jobs.executor import Job, assigned
from stress.jobs.obeying import end_with_the_parent, leave_signals_to_the_parent
from stress.jobs.worker import SharedText, Working, line_sender, run_job
from stress.system import Exit, Garbage, end_at_once

_LOOK_EVERY_S = 0.25

KILLED_BY = 128
"""With this and the number of a signal it ends whose child was killed by that, as in a shell."""


def serve(
    connection: Connection, pulse: MutableSequence[int], place: SharedText, logs: bool
) -> None:
    """Do each job in a child, until the parent sends None or is gone.

    Args:
        connection: reruns come in, what came of them goes out.
        pulse: where the job is shown to be, see stress/jobs/cursor.py.
        place: the line of the user's own in which it seems to hang.
        logs: send lines of the log to the parent.
    """
    leave_signals_to_the_parent()
    warnings.simplefilter("ignore", OldName)  # the parent has said so once for all
    parent = os.getppid()
    # To be waited for together with the parent's end, and not to be missed in between.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # a user's file may have had it ignored
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    gc.freeze()
    gc.disable()
    with suppress(EOFError, ConnectionError):
        Cursor(pulse)
        while (assignment := connection.recv()) is not None:
            job = assigned(assignment)
            child = os.fork()
            if not child:
                _in_child(job, connection, pulse, place, logs)
            code = os.waitstatus_to_exitcode(_wait_for(child, parent))
            if code:
                # Our parent sees one process and where it was: it ends as the child has ended.
                end_at_once(code if code > 0 else KILLED_BY - code)


def _in_child(
    job: Job,
    connection: Connection,
    pulse: MutableSequence[int],
    place: SharedText,
    logs: bool,
) -> None:
    """Do one job and end, whatever happens."""
    code = Exit.HARNESS_BUG
    try:
        end_with_the_parent()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        if hasattr(os, "sched_setaffinity"):
            # No core is claimed for so short a time; to stay on one is what counts.
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        log = line_sender(connection, logs)
        working = Working(Garbage(), pulse, pinned=False, log=log)
        working.show_life(pulse, place, os.getppid())
        with working.confined():
            connection.send(run_job(job, working))
            working.cursor.begin(NO_JOB)
        code = Exit.CLEAN
    except ConnectionError:
        pass  # the parent is gone
    except BaseException:
        traceback.print_exc()
    finally:
        end_at_once(code)


def _wait_for(child: int, parent: int) -> int:
    """Wait for the child to end and return its status; if our parent ends first, so does all."""
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status
        if os.getppid() != parent:
            os.kill(child, signal.SIGKILL)
            end_at_once(Exit.HARNESS_BUG)
        signal.sigtimedwait({signal.SIGCHLD}, _LOOK_EVERY_S)
