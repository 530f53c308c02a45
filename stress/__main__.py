# SPDX-License-Identifier: GPL-2.0-only
"""`python -m stress`, the same as the command vgic-stress.

Every worker process imports this file again, and has no use for the command line: so that is
imported only when it is called. That takes a while, in which it should not show that this is
Python: Ctrl-C ends it without a word, and closed standard streams stay out of the way.
"""

import gc
import os
import sys
from os import _exit  # code under test may not have it, and the attribute of os is taken away

_INTERRUPTED = 130

# What is imported stays, so to look through it for garbage is a tenth of the start of a process. A
# worker collects by itself later on, see stress/system/garbage.py.
gc.disable()


def main() -> None:
    """Run the command line."""
    _leave_at_ctrl_c()
    _forget_the_working_directory()
    _fill_standard_descriptors()
    from stress.commands import main as command_line

    gc.freeze()
    gc.enable()
    command_line()


def _fill_standard_descriptors() -> None:
    """Put /dev/null where a standard stream is closed.

    Otherwise the next file that is opened would take its place, and be printed into.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)


def _leave_at_ctrl_c() -> None:
    """Let Ctrl-C end us at once: whatever has something to finish first takes the signal itself.

    Who was started with it ignored, as by nohup, goes on ignoring it.
    """
    # The module behind `signal`, which would import half a dozen others first.
    signal = __import__("_signal")
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda number, frame: _exit(_INTERRUPTED))


def _forget_the_working_directory() -> None:
    """Import nothing from the current directory, which `python -m` has put first.

    A patch there may be called queue.py or signal.py, so this comes before any import that Python
    has not made by itself. It stays where we come from there ourselves.
    """
    spec = sys.modules["__main__"].__spec__
    if spec is None or spec.name != "stress.__main__" or sys.flags.safe_path:
        return
    try:
        current = os.getcwd()
    except OSError:
        return  # it is gone, and so Python has put nothing there
    ours = os.path.exists(os.path.join(current, "stress", "__main__.py"))
    if sys.path[0] == current and not ours:
        del sys.path[0]


if __name__ == "__main__":
    main()
