# SPDX-License-Identifier: GPL-2.0-only
"""What a finding's test file calls: a token must pass, or the test tells the race."""

from collections.abc import Sequence

from harness import OsThreads
from stress.exits import Exit
from stress.explaining.story import tell
from stress.following import follow
from stress.subject import Subject
from stress.together import replay_together
from stress.token import Token


def assert_passes(
    token: str, *others: str, revision: str | None = None, bugs: Sequence[str] | None = None
) -> None:
    """Replay a token and fail if the race is there.

    Args:
        token: what a run has printed.
        others: the tokens of the other executions, if it takes several.
        revision: what to replay it on: a name or FILE.py:CLASS; by default what it was found on.
        bugs: bugs put into it; by default those it was found with, none with a revision.

    Raises:
        AssertionError: it fails, or it cannot be judged; the message shows the race.
        BadToken: the text is not a token.
        CompositionError: there is no such revision or bug.
    """
    __tracebackhide__ = True  # pytest shows the race, not this function
    opened = Token.decode(token)
    chosen = bugs if bugs is not None else (() if revision is not None else opened.bugs)
    subject = Subject(revision or opened.revision, tuple(chosen), opened.needs_races)
    kernel = subject.kernel()
    if others:
        said: list[str] = []
        tokens = [opened, *map(Token.decode, others)]
        if replay_together(tokens, subject, kernel, said.append) is not Exit.CLEAN:
            raise AssertionError("\n".join(said))
        return
    with OsThreads() as carriers:
        followed = follow(opened, kernel, carriers)
        if followed.failure is not None:
            raise AssertionError(tell(opened, subject, kernel, carriers).columns())
    if followed.no_verdict:
        raise AssertionError(f"cannot be judged: {followed.no_verdict}")
