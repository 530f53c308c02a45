# SPDX-License-Identifier: GPL-2.0-only
"""The host: a process of ours beside a Dask worker, which has the jobs done that come there.

It has a mending pool of one worker, so a user's code runs where it is confined, and watched, and
may die, and Dask's own process stays well. It ends with that process, and when nothing has come for
a while: whoever sent the jobs may be gone.
"""

import os
import sys
import warnings
from multiprocessing.connection import Connection

from harness import OldName
from stress.jobs.executor import Job, Outcome, assigned
from stress.jobs.mending import Mending
from stress.jobs.obeying import leave_signals_to_the_parent
from stress.system import LogLine, logs

IDLE_S = 60.0

_LOOK_EVERY_S = 0.25


def host(connection: Connection, hang_s: float, *, debug: bool) -> None:
    """Have jobs done, one at a time, until nobody is there or nothing comes.

    Args:
        connection: jobs come in; for each go out its outcomes, and since the last one the troubles
            and the lines of the log, each after its author's name.
        hang_s: after how many seconds without a step a process is taken to hang.
        debug: lines for debugging are wanted, too.
    """
    leave_signals_to_the_parent()
    warnings.simplefilter("ignore", OldName)  # who sent the job has said so
    lines: list[tuple[str, LogLine]] = []
    logs.hand_on(lambda job, line: lines.append((job, line)), debug=debug)
    try:
        with Mending(1, hang_s=hang_s) as pool:
            said = 0
            while connection.poll(IDLE_S):
                outcomes = _done(assigned(connection.recv()), pool, connection)
                connection.send((outcomes, pool.troubles[said:], lines))
                said = len(pool.troubles)
                lines.clear()
    except (EOFError, OSError):
        pass  # nobody is there any more


def _done(job: Job, pool: Mending, connection: Connection) -> list[Outcome]:
    """Return all that comes of a job.

    Raises:
        EOFError: whoever waited for it is gone.
    """
    pool.submit(job)
    outcomes: list[Outcome] = []
    while pool.busy:
        outcomes += pool.answers(_LOOK_EVERY_S)
        if connection.poll():
            raise EOFError  # nobody sends a job while there is one
    return outcomes


if __name__ == "__main__":
    os.set_inheritable(int(sys.argv[1]), False)
    host(Connection(int(sys.argv[1])), float(sys.argv[2]), debug=sys.argv[3] == "debug")
