# SPDX-License-Identifier: GPL-2.0-only
"""Does what code under test must not do leave it what it may?"""

from harness import OsThreads, Passed, Quiet, Scheduler, Timer, execute, start_thread
from stress.system import confined


def test_threads_of_an_execution_start_others_where_no_os_thread_may_be_started() -> None:
    def program(scheduler: Scheduler) -> None:
        def main() -> None:
            for number in range(4):
                start_thread(scheduler, f"worker {number}", lambda: None).join()
            Timer(scheduler, "0", lambda: None).mod_timer()

        scheduler.thread("main", main)

    with OsThreads() as carriers, confined(carriers, lambda: None):
        assert execute(program, Quiet(), carriers).outcome == Passed()
