# SPDX-License-Identifier: GPL-2.0-only
"""Does what code under test must not do leave it what it may?"""

import errno

import pytest

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


@pytest.mark.parametrize(("number", "gone"), [(errno.EBADF, True), (errno.ENOSPC, False)])
def test_who_waits_for_the_carriers_meets_a_closed_descriptor_as_they_do(
    number: int, gone: bool
) -> None:
    heard: list[bool] = []
    with (
        OsThreads() as carriers,
        pytest.raises(OSError, match="an eventfd was written"),
        confined(carriers, lambda: heard.append(True)),
    ):
        raise OSError(number, "an eventfd was written")
    assert heard == [True] * gone
