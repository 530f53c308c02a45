# SPDX-License-Identifier: GPL-2.0-only
"""Programs that we start: none of them outlives us, however we die."""

import os
import signal
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def dying_with_us() -> Callable[[], None]:
    """Return what a child calls before it runs a program: the kernel kills it when we die."""
    import ctypes

    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def die_with_us() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # we have died meanwhile
            os.kill(os.getpid(), signal.SIGKILL)

    return die_with_us
