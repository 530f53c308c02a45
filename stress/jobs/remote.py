# SPDX-License-Identifier: GPL-2.0-only
"""What a Dask worker does for a campaign elsewhere: it says who it is, and has jobs done.

Each of its threads keeps a host (host.py), in which the user's code is run. A user's file comes
with each job and is written below the worker's own folder for what is temporary.
"""

import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from multiprocessing import Pipe
from pathlib import Path

from stress.executions import model_digest
from stress.jobs.executor import Assignment, Job, Outcome
from stress.scenarios import Registered, ScenarioFile
from stress.system import LogLine

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Parcel:
    """A job, with all that it takes to do it.

    Attributes:
        campaign: whose it is.
        job: what is to be done.
        source: the user's file that is under test; None if there is none.
        hang_s: after how many seconds without a step a process is taken to hang.
        debug: lines of the log for debugging are wanted, too.
        own: the user's own scenarios, each with what is in its file; None if it is of a
            distribution, which has to be installed on the worker, too.
    """

    campaign: str
    job: Job
    source: bytes | None
    hang_s: float
    debug: bool
    own: tuple[tuple[Registered, bytes | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of a parcel.

    Attributes:
        outcomes: what came of the job.
        troubles: what happened to processes meanwhile, in words.
        lines: lines of the log meanwhile, each after its author's name.
    """

    outcomes: Sequence[Outcome]
    troubles: Sequence[str]
    lines: Sequence[tuple[str, LogLine]]


class _Host:
    """A host process, as the thread sees it that keeps it."""

    def __init__(self, hang_s: float, *, debug: bool) -> None:
        self._connection, theirs = Pipe()
        descriptor = theirs.fileno()
        words = [sys.executable, "-P", "-m", "stress.jobs.host", str(descriptor), str(hang_s)]
        words += ["debug"] if debug else ["info"]
        self._process = subprocess.Popen(words, pass_fds=[descriptor], stdin=subprocess.DEVNULL)
        theirs.close()

    @property
    def is_there(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def do(self, assignment: Assignment) -> Delivery:
        """Have a job done.

        Raises:
            EOFError, OSError: it has ended.
        """
        self._connection.send(assignment)
        return Delivery(*self._connection.recv())

    def end(self) -> None:
        """End it; its workers notice that it is gone."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Give up what it was talked to by."""
        self.end()
        self._connection.close()


_hosts: dict[tuple[str, int], _Host] = {}
_over: set[str] = set()
_lock = threading.Lock()


def about() -> str:
    """Say which vgic-stress this is: equal texts have equal executions."""
    from importlib import metadata

    return f"vgic-stress {metadata.version('vgic-stress')} model={model_digest()}"


def deliver(parcel: Parcel, folder: str = "") -> Delivery:
    """Have a job done by the host that this thread keeps.

    Args:
        parcel: the job.
        folder: where to write a user's file; "" for below the folder of this Dask worker.

    Raises:
        ChildProcessError: hosts die, or nobody wants this any more.
    """
    job = parcel.job
    if parcel.source is not None:
        assert job.target.patch is not None
        copy = _written(parcel.source, job.target.patch[0].name, folder)
        job = replace(job, target=replace(job.target, copy=copy))
    own = tuple(_read_here(*each, folder) for each in parcel.own)
    for _ in range(_TRIES):
        host = _host_of(parcel)
        try:
            return host.do(Assignment(job, own))
        except (EOFError, OSError):
            host.end()
            if parcel.campaign in _over:
                break
    raise ChildProcessError(f"a host for job {job.number} died, {_TRIES} times, or is not wanted")


def _host_of(parcel: Parcel) -> _Host:
    key = parcel.campaign, threading.get_ident()
    with _lock:
        host = _hosts.get(key)
    if host is not None and host.is_there:
        return host
    if host is not None:
        host.close()
    host = _Host(parcel.hang_s, debug=parcel.debug)
    with _lock:
        _hosts[key] = host
    return host


def _read_here(registered: Registered, text: bytes | None, folder: str) -> Registered:
    """Have a file of scenarios read from where it is written here."""
    source = registered.source
    if text is None or not isinstance(source, ScenarioFile):
        return registered
    return replace(
        registered, source=replace(source, copy=_written(text, source.path.name, folder))
    )


def _written(text: bytes, name: str, folder: str) -> Path:
    """Write a user's file, unless it is there, and return where."""
    if not folder:
        from distributed import get_worker

        folder = get_worker().local_directory
    digest = sha256(text).hexdigest()[:16]
    copy = Path(folder) / f"vgic-stress-{digest}" / name
    if not copy.is_file():
        copy.parent.mkdir(parents=True, exist_ok=True)
        new = copy.with_name(f".{copy.name}.{threading.get_ident()}.new")
        new.write_bytes(text)
        new.replace(copy)
    return copy


def let_go(campaign: str) -> None:
    """End what is kept for a campaign that is over."""
    _over.add(campaign)
    with _lock:
        ours = [key for key in _hosts if key[0] == campaign]
        hosts = [_hosts.pop(key) for key in ours]
    for host in hosts:
        with suppress(OSError):
            host.end()
