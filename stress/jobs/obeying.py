# SPDX-License-Identifier: GPL-2.0-only
"""A child process obeys its parent and nobody else, and ends with it."""

import ctypes
import faulthandler
import os
import signal
import sys

GROUP_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
"""What ends a whole process group; workers are born with it blocked."""

_PR_SET_PDEATHSIG = 1


def leave_signals_to_the_parent() -> None:
    """Take no part in what a terminal or `timeout` sends to the whole process group."""
    os.setpgrp()
    end_with_the_parent()
    for number in GROUP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # also what has come since birth
    signal.pthread_sigmask(signal.SIG_UNBLOCK, GROUP_SIGNALS)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    faulthandler.register(signal.SIGUSR1, all_threads=True)


def end_with_the_parent() -> None:
    """Have the system end this process when the thread that has started it ends.

    Who is stopped cannot notice that the parent is gone. Where the system is not Linux, that stays.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
