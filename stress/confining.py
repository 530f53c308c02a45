# SPDX-License-Identifier: GPL-2.0-only
"""What code under test must not do to the process it runs in, and what happens if it does.

A process that it starts would live on when all is over, and a copy of this one would take the
batons that the original waits for. So that is refused, where it is done, and becomes a finding that
names the line. A descriptor that it closes cannot be had back: where a carrier finds its own gone
there is nothing left but to end the process and to say why.
"""

import errno
import threading
from collections.abc import Callable
from importlib import import_module
from typing import NoReturn

from harness import OsThreads

_START_A_PROCESS = (
    *(("os", name) for name in ("fork", "forkpty", "posix_spawn", "posix_spawnp", "system")),
    *(("subprocess", "_fork_exec"), ("_posixsubprocess", "fork_exec")),
)
"""All there is to start one with; an audit hook would cost a replay half as much again."""


LOOKS_ON = True


class StartsAProcess(RuntimeError):
    """Code under test has tried to start a process."""


def start_no_process(carriers: OsThreads) -> None:
    """Refuse from now on to start a process while an execution is under way.

    Whoever tries has a StartsAProcess raised at the place.
    """
    for module, name in _START_A_PROCESS:
        start = getattr(import_module(module), name, None)
        if start is not None:
            setattr(import_module(module), name, _refusing(start, f"{module}.{name}", carriers))


def _refusing(
    start: Callable[..., object], name: str, carriers: OsThreads
) -> Callable[..., object]:
    def refuse(*args: object, **kwargs: object) -> object:
        return _refuse(name) if carriers.running else start(*args, **kwargs)

    return refuse


def _refuse(name: str) -> NoReturn:
    raise StartsAProcess(
        f"{name}: code under test starts no process, since nobody could replay what that does"
    )


def when_descriptors_are_gone(end: Callable[[], None]) -> None:
    """Call this when a carrier can go on no more, since somebody has closed its descriptors."""
    usual = threading.excepthook

    def died(what: threading.ExceptHookArgs) -> None:
        if is_bad_descriptor(what.exc_value):
            end()
        usual(what)

    threading.excepthook = died


def is_bad_descriptor(error: BaseException | None) -> bool:
    """Say whether an exception is what comes of using a closed descriptor."""
    return isinstance(error, OSError) and error.errno == errno.EBADF


GONE = (
    "descriptors of the harness were closed; code under test that closes what it has not opened "
    "does this"
)
