# SPDX-License-Identifier: GPL-2.0-only
"""Standard input: a token through a pipe, or commands that somebody types.

It may be closed, or open for writing only, which is a mistake of the caller and reported as one.
"""

import sys

from stress.inputs.arguments import BadArgument


def is_terminal() -> bool:
    """Tell whether somebody types."""
    return sys.stdin is not None and sys.stdin.isatty()


def start(what: str, length: int) -> bytes:
    """Read so many bytes of it, or all that there are.

    Args:
        what: what is to come from it, as the beginning of a sentence.
        length: how many bytes at most.

    Raises:
        BadArgument: it cannot be read.
    """
    check_open(what)
    try:
        return sys.stdin.buffer.read(length)
    except OSError as error:
        raise _unreadable(what, error) from error


def line(what: str) -> str | None:
    """Read one line; None at its end.

    Args:
        what: what is to come from it, as the beginning of a sentence.

    Raises:
        BadArgument: it cannot be read.
    """
    check_open(what)
    try:
        text = sys.stdin.readline()
    except OSError as error:
        raise _unreadable(what, error) from error
    return text.strip() if text else None


def check_open(what: str) -> None:
    """Check before it is needed that it can be read.

    Args:
        what: what is to come from it, as the beginning of a sentence.

    Raises:
        BadArgument: it is closed.
    """
    if sys.stdin is None:
        raise BadArgument(f"{what} to come from standard input, and that is closed")


def _unreadable(what: str, error: OSError) -> BadArgument:
    why = error.strerror or error
    return BadArgument(f"{what} to come from standard input, and that cannot be read: {why}")
