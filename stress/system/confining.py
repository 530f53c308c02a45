# SPDX-License-Identifier: GPL-2.0-only
"""What code under test must not do to the process it runs in, and what happens if it does.

A process that it starts would live on when all is over, and a copy of this one would take the
batons that the original waits for; if it ends this one, nobody has a verdict. So both are refused,
where they are tried, and become a finding that names the line. A descriptor that it closes cannot
be had back: where a carrier finds its own gone there is nothing left but to end the process and to
say why.

A thread of an execution starts no other, which the scheduler would not know, and does not sleep:
that would be nothing to anybody but the clock. What it prints goes apart (printed.py). The same is
refused where a user's scenario draws (own_code.py).
"""

import errno
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from importlib import import_module
from typing import NoReturn

from harness import ModelFailure, OsThreads
from harness.engine import ForeignThread, Misbehaviour, observes
from stress.system.own_code import draws_here
from stress.system.printed import what_is_printed

observes(__name__)

_STARTERS = (
    *("fork", "forkpty", "posix_spawn", "posix_spawnp", "system", "execv", "execve"),
    *("fork_exec", "_fork_exec"),
)
_ENDERS = ("_exit", "abort")
_THREADS = ("start_new_thread", "start_joinable_thread")
_REFUSED = tuple(
    (module, name)
    for module in ("os", "posix", "subprocess", "_posixsubprocess")
    for name in (*_STARTERS, *_ENDERS)
)
"""All there is to start a process with, or to end this one.

An audit hook would find them too, and cost a replay half as much again.
"""

_REFUSED_TO_CARRIERS = (
    ("time", "sleep"),
    ("os", "closerange"),
    *(("_thread", name) for name in _THREADS),
    *(("threading", f"_{name}") for name in _THREADS),
)
"""What a thread of an execution must not do, and others of this process do all the time."""

_confined: list[OsThreads] = []
"""What code under test runs on; only while an execution is under way are processes refused."""

_loading: list[object] = []
"""Files of a user's that are being run; they may start processes, and not end this one."""


class StartsAProcess(RuntimeError):
    """Code under test has tried to start a process, or to become another one."""


class EndsTheProcess(RuntimeError):
    """Code under test has tried to end the process it runs in."""


class BlocksOutside(Misbehaviour):
    """Code under test has tried to wait for what the harness does not know."""

    kind = "blocks outside the harness"


class ClosesDescriptors(RuntimeError):
    """Code under test has tried to close descriptors whoever has opened them."""


_WHY: dict[str, tuple[type[Exception], str]] = {
    "time.sleep": (BlocksOutside, "nobody else goes on meanwhile, and no schedule depends on it"),
    "os.closerange": (ClosesDescriptors, "code under test closes what it has opened, one by one"),
}
_WHY_NO_THREAD = (
    "code under test starts no thread: the scheduler knows only those that a program has added, so "
    "nobody could replay what another one does"
)


@contextmanager
def confined(
    carriers: OsThreads, descriptors_gone: Callable[[], None], *, keeps_prints: bool = True
) -> Iterator[None]:
    """Confine code under test for as long as the context lasts.

    Args:
        carriers: what its executions run on. Code that starts a process while one is under way
            has a StartsAProcess raised there.
        descriptors_gone: called when a carrier, or who waits for it here, can go on no more, since
            their descriptors are closed.
        keeps_prints: keep what it prints with the execution, off the terminal.
    """
    usual = threading.excepthook

    def died(what: threading.ExceptHookArgs) -> None:
        if _is_bad_descriptor(what.exc_value):
            descriptors_gone()
        # A foreign thread that has called the harness is a finding, and not a traceback too.
        if not isinstance(what.exc_value, ModelFailure):
            usual(what)

    _confined.append(carriers)
    threading.excepthook = died
    try:
        with _replaced(), what_is_printed(carriers) if keeps_prints else nullcontext():
            yield
    except OSError as error:
        # Which thread meets it first is chance: a carrier that waits, or this one that wakes it.
        if _is_bad_descriptor(error):
            descriptors_gone()
        raise
    finally:
        threading.excepthook = usual
        _confined.remove(carriers)


@contextmanager
def loading() -> Iterator[None]:
    """Run a user's file in this context: what it imports by name is confined later too."""
    _loading.append(None)
    try:
        with _replaced():
            yield
    finally:
        _loading.pop()


@contextmanager
def _replaced() -> Iterator[None]:
    """Put in place of what starts or ends processes what refuses to where it must not."""
    before = [
        (module, name, start)
        for module, name in (*_REFUSED, *_REFUSED_TO_CARRIERS)
        if (start := getattr(import_module(module), name, None)) is not None
    ]
    for module, name, start in before:
        refusing = _refusing if (module, name) in _REFUSED else _refusing_to_carriers
        setattr(import_module(module), name, refusing(start, f"{module}.{name}"))
    try:
        yield
    finally:
        for module, name, start in before:
            setattr(import_module(module), name, start)


def _refusing(function: Callable[..., object], name: str) -> Callable[..., object]:
    ends = name.endswith(_ENDERS)

    def refuse(*args: object, **kwargs: object) -> object:
        running = draws_here() or any(carriers.running for carriers in _confined)
        if running or (ends and _loading):
            _refuse(name, ends=ends)
        return function(*args, **kwargs)

    return refuse


def _refusing_to_carriers(function: Callable[..., object], name: str) -> Callable[..., object]:
    error, why = _WHY.get(name, (ForeignThread, _WHY_NO_THREAD))

    def refuse(*args: object, **kwargs: object) -> object:
        if draws_here() or any(carriers.carries_this_thread() for carriers in _confined):
            raise error(f"{name}: {why}")
        return function(*args, **kwargs)

    return refuse


def _refuse(name: str, *, ends: bool) -> NoReturn:
    if ends:
        raise EndsTheProcess(f"{name}: code under test does not end the process it runs in")
    raise StartsAProcess(
        f"{name}: code under test starts no process, since nobody could replay what that does"
    )


def _is_bad_descriptor(error: BaseException | None) -> bool:
    """Say whether an exception is what comes of using a closed descriptor."""
    return isinstance(error, OSError) and error.errno == errno.EBADF


GONE = (
    "descriptors of the harness were closed; code under test that closes what it has not opened "
    "does this"
)
