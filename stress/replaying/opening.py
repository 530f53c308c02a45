# SPDX-License-Identifier: GPL-2.0-only
"""What a token stands for: the execution, and what to run it on.

A token comes from an e-mail, perhaps of another year: what it needs and is not there cannot be
judged, which is no failure of the code under test and makes `git bisect` skip a commit. And it
comes from anybody: it may choose among the revisions and bugs that are here, but code of a user's
own is run only if it is named by who replays the token.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stress.executions import (
    PACKED_MAX,
    CannotJudge,
    Target,
    Token,
    UnknownVersion,
    target_of,
)
from stress.inputs import BadArgument, arguments, standard_input
from vgic import CompositionError, JudgedBy


@dataclass(frozen=True)
class Case:
    """A token and what to run it on.

    Attributes:
        token: the execution.
        target: what it is run on.
    """

    token: Token
    target: Target


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
        return Token.decode(token_text(argument))
    except UnknownVersion as error:
        raise CannotJudge(str(error)) from error


def cases(
    tokens: Sequence[Token],
    revision: str | type | None,
    bugs: Sequence[str] | None,
    *,
    races: bool = False,
    kicks: bool = False,
    judge: JudgedBy | None = None,
) -> list[Case]:
    """Return tokens with what to run them on, as it is named for the replay.

    Args:
        tokens: the tokens; several are of one finding.
        revision: what replaces their revision and their bugs, None if nothing does.
        bugs: what replaces their bugs, None if nothing does.
        races: check for data races; it is done anyway for a token that needs it.
        kicks: judge whether anybody is kicked for nothing, likewise.
        judge: what judges beside what the tokens need; None for the invariants.

    Raises:
        BadArgument: they were not found on one kernel, and none is named instead.
        CompositionError: what is named instead is not there.
        CannotJudge: what a token names is not there, or a commit lacks the user's class.
    """
    first = tokens[0]
    if revision is None:
        _check_names(tokens, same_bugs=bugs is None)
    named = revision is not None or bugs is not None
    if bugs is None:
        bugs = first.bugs if revision is None else ()
    target = target_of(first.revision if revision is None else revision, arguments.bugs(bugs))
    target = target.races_checked(races)
    try:
        return on(target.checking(kicks=kicks, judge=judge), tokens)
    except CompositionError as error:
        # Under `git bisect` a commit that lacks the class, or what the token names, is skipped.
        if target.patch is None and named:
            raise
        raise CannotJudge(str(error)) from error


def on(target: Target, tokens: Sequence[Token]) -> list[Case]:
    """Return tokens with what to run them on; and what they need checked for them to fail.

    Each has the scheduling points that it was found with.

    Raises:
        CompositionError: the target is no kernel.
    """
    target.check()
    return [
        Case(
            token,
            target.checking(
                races=token.needs_races,
                kicks=token.needs_kicks,
                points=token.points,
                judge=token.judge,
            ),
        )
        for token in tokens
    ]


def _check_names(tokens: Sequence[Token], *, same_bugs: bool) -> None:
    """Check that tokens themselves say what to run them on: one kernel, that is none's own."""
    for token in tokens:
        if token.patch is not None or Target(token.revision).patch is not None:
            raise CannotJudge(
                f"it was found on {token.revision}, which a token does not carry; say where it is: "
                f"--revision FILE.py:{token.patch[0] if token.patch else 'CLASS'} "
                "(revision= in a test)"
            )
    targets = {
        str(Target(token.revision, token.bugs if same_bugs else ())): None for token in tokens
    }
    if len(targets) > 1:
        raise BadArgument(
            f"the tokens were found on {' and '.join(targets)}, so they are not of one finding; "
            "to replay them on one kernel all the same name it with --revision"
        )


def token_text(argument: str) -> str:
    """Return the text of what may be a token.

    Args:
        argument: the token itself, @FILE, or - for the standard input.

    Raises:
        BadArgument: the file cannot be read.
    """
    if argument == "-":
        return _decoded(standard_input.start("the token is", PACKED_MAX + 1), "standard input")
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
