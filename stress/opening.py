# SPDX-License-Identifier: GPL-2.0-only
"""What a token on the command line stands for: the execution, and what to run it on.

A token comes from an e-mail, perhaps of another year: what it needs and is not there cannot be
judged, which is no failure of the code under test and makes `git bisect` skip a commit.
"""

import sys
from pathlib import Path

from stress import arguments
from stress.arguments import BadArgument
from stress.subject import Subject
from stress.token import PACKED_MAX, Token, UnknownVersion
from vgic import V1, CompositionError


class CannotJudge(Exception):
    """A token that says nothing about the code that is here, and why."""


def opened(argument: str) -> Token:
    """Read a token.

    Args:
        argument: the token itself, @FILE, or - for the standard input.

    Raises:
        BadArgument: the file cannot be read.
        BadToken: it is no token, or a damaged one.
        CannotJudge: it is of a version that is not known here.
    """
    try:
        return Token.decode(_text(argument))
    except UnknownVersion as error:
        raise CannotJudge(str(error)) from error


def subject_of(
    token: Token, revision: str | None, bugs: list[str], *, races: bool
) -> tuple[Subject, type[V1]]:
    """Return what to run a token on.

    Args:
        token: the token.
        revision: what replaces its revision and its bugs, None if nothing does.
        bugs: what replaces its bugs.
        races: check for data races; it is done anyway for a token that needs it.

    Raises:
        CompositionError: what the command line names is not there.
        CannotJudge: what the token names is not there, or a commit lacks the user's class.
    """
    subject = Subject(
        revision or token.revision,
        arguments.bugs(bugs) if bugs or revision else token.bugs,
        races or token.needs_races,
    )
    if subject.patch is not None and revision is None:
        # A token comes from an e-mail: it never says which file to run.
        raise CannotJudge(
            f"it was found on {token.revision}, which a token does not carry; "
            f"say where it is: --revision FILE.py:{token.patch[0] if token.patch else 'CLASS'}"
        )
    try:
        return subject, subject.kernel()
    except CompositionError as error:
        # Under `git bisect` a commit that lacks the class, or what the token names, is skipped.
        if subject.patch is None and (revision or bugs):
            raise
        raise CannotJudge(str(error)) from error


def _text(argument: str) -> str:
    if argument == "-":
        if sys.stdin is None:
            raise BadArgument("the token is to come from standard input, and that is closed")
        return _decoded(sys.stdin.buffer.read(PACKED_MAX + 1), "standard input")
    if not argument.startswith("@"):
        return argument
    where = f"the token file {argument[1:]}"
    try:
        with Path(argument[1:]).open("rb") as file:
            content = file.read(PACKED_MAX + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise BadArgument(f"{where} cannot be read: {why}") from error
    return _decoded(content, where)


def _decoded(content: bytes, where: str) -> str:
    """Return what was read as text; of what is endless no more was read than a token can have."""
    if len(content) > PACKED_MAX:
        raise BadArgument(f"{where} holds no token: it has more than {PACKED_MAX} characters")
    try:
        return content.decode("ascii")
    except UnicodeDecodeError as error:
        raise BadArgument(f"{where} holds no token: {error}") from error
