# SPDX-License-Identifier: GPL-2.0-only
"""What code under test must not do to the process it runs in, and what happens if it does.

A process that it starts would live on when all is over, and a copy of this one would take the
batons that the original waits for. So that is refused, where it is done, and becomes a finding that
names the line. A descriptor that it closes cannot be had back: where a carrier finds its own gone
there is nothing left but to end the process and to say why.
"""

import errno
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


@contextmanager
def confined(carriers: OsThreads, descriptors_gone: Callable[[], None]) -> Iterator[None]:
    """Confine code under test for as long as the context lasts.

    Args:
        carriers: what its executions run on; only while one is under way is anything refused.
            Whoever starts a process then has a StartsAProcess raised at the place.
        descriptors_gone: called when a carrier can go on no more, since its own are closed.
    """
    usual = threading.excepthook

    def died(what: threading.ExceptHookArgs) -> None:
        if is_bad_descriptor(what.exc_value):
            descriptors_gone()
        usual(what)

    before = [
        (module, name, start)
        for module, name in _START_A_PROCESS
        if (start := getattr(import_module(module), name, None)) is not None
    ]
    for module, name, start in before:
        setattr(import_module(module), name, _refusing(start, f"{module}.{name}", carriers))
    threading.excepthook = died
    try:
        yield
    finally:
        threading.excepthook = usual
        for module, name, start in before:
            setattr(import_module(module), name, start)


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


def is_bad_descriptor(error: BaseException | None) -> bool:
    """Say whether an exception is what comes of using a closed descriptor."""
    return isinstance(error, OSError) and error.errno == errno.EBADF


GONE = (
    "descriptors of the harness were closed; code under test that closes what it has not opened "
    "does this"
)
