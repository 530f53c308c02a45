# SPDX-License-Identifier: GPL-2.0-only
"""The members of a Dask cluster: which workers there are, and which of them may do our jobs.

A seed means nothing to another model, so every worker is asked who it is before it gets a job:
those that are there at the beginning, and each that comes later. Nothing here waits for a worker,
which may be stopped.
"""

import logging
import secrets
import socket
import time
from collections.abc import Callable
from typing import Any

from harness.engine import described
from stress.inputs import BadArgument
from stress.jobs.remote import about

CONNECT_S = 10.0
"""A scheduler that has not answered after so long is not there."""

_ASKED_WITHIN_S = 10.0


class Members:
    """The workers of a cluster.

    Attributes:
        threads: how many threads each worker has that may do our jobs, by its address.
        gone: why nothing is known of them any more, "" if all is well.
        troubles: which were refused, in words.
    """

    def __init__(self, address: str) -> None:
        """Connect, and ask every worker that is there.

        Raises:
            BadArgument: nobody is there, or not all workers have this vgic-stress.
        """
        self.threads: dict[str, int] = {}
        self.gone = ""
        self.troubles: list[str] = []
        self._client = _connected(address)
        self._asked: dict[str, Any] = {}
        self._refused: dict[str, str] = {}
        try:
            self._meet(address)
        except BaseException:
            self._client.close(timeout=2)
            raise

    def _meet(self, address: str) -> None:
        """Wait until every worker that is there has said who it is."""
        deadline = time.monotonic() + CONNECT_S
        self.look()
        while len(self.threads) < len(self._asked) and time.monotonic() < deadline:
            time.sleep(0.02)
            self.look()
            if self._refused:
                break
        if self._refused:
            which = "; ".join(f"{name} has {who}" for name, who in sorted(self._refused.items()))
            raise BadArgument(f"--cluster {address}: every worker must have {about()}, and {which}")
        if not self.threads:
            raise BadArgument(
                f"--cluster {address}: it has no worker that answers; start some with "
                f"`dask worker {address}`"
            )

    def look(self) -> None:
        """Look which workers there are, and ask new ones who they are."""
        try:
            ask = self._client.scheduler.ncores
            there = self._client.sync(ask, callback_timeout=CONNECT_S)
        except Exception as error:
            self._lose(error)
            return
        for name in [name for name in self._asked if name not in there]:
            self.threads.pop(name, None)
            self._refused.pop(name, None)
            self._asked.pop(name).release()
        for name in there:
            if name not in self._asked:
                self._asked[name] = self.submit(about, name)
            elif name not in self.threads and name not in self._refused:
                self._hear(name, there[name])

    def _hear(self, name: str, threads: int) -> None:
        """Take on a worker that has said that it has this vgic-stress, or refuse it."""
        asked = self._asked[name]
        if asked is None or not asked.done():
            return
        from asyncio import CancelledError  # a quarter of what a worker process imports

        try:
            who = asked.result(timeout=_ASKED_WITHIN_S)
        except (Exception, CancelledError) as error:
            who = f"no vgic-stress that could be asked ({described(error)})"
        if who == about():
            self.threads[name] = threads
            return
        self._refused[name] = who
        self.troubles.append(f"{name} gets no job: it has {who}, and this is {about()}")

    def submit(self, what: Callable[..., object], worker: str, *args: object) -> Any:
        """Have a worker call a function; return Dask's future, None if all is gone."""
        try:
            return self._client.submit(
                what,
                *args,
                key=f"vgic-stress-{what.__name__}-{secrets.token_hex(8)}",
                workers=[worker],
                allow_other_workers=False,
                pure=False,
            )
        except Exception as error:
            self._lose(error)
            return None

    def _lose(self, error: Exception) -> None:
        self.gone = self.gone or f"the scheduler is gone: {described(error)}"
        self.threads.clear()

    def call(self, what: Callable[..., object], *args: object) -> None:
        """Have every worker call a function at once, whatever its threads do."""
        self._client.run(what, *args, on_error="ignore")

    def close(self) -> None:
        """End the connection."""
        self._client.close(timeout=2)


def _connected(address: str) -> Any:
    """Return a client of a scheduler.

    Raises:
        BadArgument: it cannot be had.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise BadArgument(
            f"--cluster {address}: this takes dask.distributed; install it with "
            "`pip install 'vgic-stress[cluster]'`"
        ) from error
    # What happens to the connection is said here; its own log would be on people's terminal.
    logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)
    client: Any = Client
    try:
        _knock(address)
        return client(address, timeout=CONNECT_S, set_as_default=False, name="vgic-stress")
    except (OSError, ValueError, TypeError) as error:
        raise BadArgument(
            f"--cluster {address}: no scheduler can be reached there: {error}; the address is that "
            "which `dask scheduler` has printed, such as tcp://scheduler:8786"
        ) from error


def _knock(address: str) -> None:
    """Connect to an address and go again.

    A client that finds nobody is never quite made; it closes itself when it is collected as
    garbage, and waits for ever if that is while another one is made.

    Raises:
        OSError: nobody is there.
        ValueError: it is no address.
    """
    from distributed.comm.addressing import get_address_host_port

    scheme, _, _ = address.partition("://")
    if scheme not in ("tcp", "tls"):
        raise ValueError("an address begins with tcp:// or tls://")
    host, port = get_address_host_port(address, strict=True)
    with socket.create_connection((host, port), CONNECT_S):
        pass
