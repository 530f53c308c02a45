# SPDX-License-Identifier: GPL-2.0-only
"""Tokens: what `--vgic-replay` is given, the one test it is for, and the line that gives it."""

import os
from collections.abc import Sequence

import pytest

from stress.plugin.marker import MARKER, SCHEDULES, is_ours
from stress.plugin.names import test_id

OPTION = "--vgic-replay"
PROPERTY = "vgic_stress_replay"
PROGRAM = "hs1-"
"""What the token of a program begins with; that of a machine begins otherwise."""


def read_tokens(config: pytest.Config) -> None:
    """Read the tokens of the command line, once and here: workers get what the files hold.

    Raises:
        UsageError: they cannot be read, or are none.
    """
    texts = config.getoption(OPTION)
    if texts is not None:
        config.option.vgic_replay = [_token(text) for text in texts]


def _token(text: str) -> str:
    from stress.executions import BadToken, CannotJudge, UnknownVersion
    from stress.inputs import BadArgument
    from stress.replaying import opened, opening

    if text == "-":
        raise pytest.UsageError(f"{OPTION} -: pytest has no standard input; use =@FILE")
    try:
        read = opening.token_text(text)
        if read.strip().startswith(PROGRAM):
            from harness.checking import ProgramToken

            return ProgramToken.decode(read).encode()
        return opened(read).encode()
    except BadToken as error:
        raise pytest.UsageError(
            f"{OPTION}: {error}; a file is given in one word, as {OPTION}=@FILE"
        ) from error
    except (BadArgument, CannotJudge, UnknownVersion) as error:
        raise pytest.UsageError(f"{OPTION}: {error}") from error


def not_for_one_test(items: Sequence[pytest.Item]) -> str:
    """Say what is wrong with a token for these tests, "" if nothing is: it belongs to one."""
    if len(items) != 1:
        return not_for(len(items))
    return "" if is_ours(items[0]) else f"{not_for(0)}: {items[0].nodeid} explores nothing"


def not_for(count: int) -> str:
    """Say that a token cannot be for so many tests."""
    return (
        f"{OPTION} needs exactly one test, marked {MARKER} or with the fixture `{SCHEDULES}`; "
        f"{count} are selected (FILE::TEST selects one)"
    )


def command(item: pytest.Item, tokens: Sequence[str]) -> str:
    """Return the command that replays tokens in a test."""
    from stress.system import shell

    # A node's id begins at the root of the session, which need not be where it was started.
    path = os.path.relpath(item.path, item.config.invocation_params.dir)
    words = ["pytest", "::".join([path, *test_id(item.nodeid).split("::")[1:]])]
    for token in tokens:
        words += [f"{OPTION}={token}"] if token.startswith("@") else [OPTION, token]
    return shell.joined(words)
