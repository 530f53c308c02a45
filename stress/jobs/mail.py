# SPDX-License-Identifier: GPL-2.0-only
"""Mail: what goes to a process and comes from it, though it may be stopped in the middle of it.

A pipe takes and gives what fits into it. Whoever waits for the rest of a message waits as long as
the other end is stopped, so that is done by a thread, and the others need not wait with it.
"""

from concurrent.futures import Future
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from threading import Thread
from typing import Any

_FITS = 1 << 15
"""So many bytes are taken by a pipe in which nothing is, whether anybody reads them or not."""


def post(connection: Connection, value: object) -> None:
    """Send a value; that nobody is there shows when an answer is waited for."""
    message = bytes(ForkingPickler.dumps(value))

    def send() -> None:
        with suppress(OSError):
            connection.send_bytes(message)

    if len(message) <= _FITS:
        send()
    else:
        Thread(target=send, name="post", daemon=True).start()


def coming(connection: Connection) -> "Future[Any]":
    """Return the next message, which has begun to come: its result is the value in it.

    Its exception is an EOFError or OSError if nobody is there any more.
    """
    message: Future[Any] = Future()

    def receive() -> None:
        try:
            message.set_result(connection.recv())
        except Exception as error:
            message.set_exception(error)

    Thread(target=receive, name="mail", daemon=True).start()
    return message
