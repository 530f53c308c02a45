# SPDX-License-Identifier: GPL-2.0-only
"""What a token on the command line stands for: the execution, and what to run it on.

A token comes from an e-mail, perhaps of another year: what it needs and is not there cannot be
judged, which is no failure of the code under test and makes `git bisect` skip a commit.
"""

from pathlib import Path

from stress import arguments, standard_input
from stress.arguments import BadArgument
from stress.subject import Subject
from stress.token import Token, UnknownVersion
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
        return standard_input.whole("the token is")
    if not argument.startswith("@"):
        return argument
    try:
        return Path(argument[1:]).read_text("ascii")
    except OSError as error:
        raise BadArgument(
            f"the token file {argument[1:]} cannot be read: {error.strerror}"
        ) from error
    except UnicodeDecodeError as error:
        raise BadArgument(f"the token file {argument[1:]} holds no token: {error}") from error
