# SPDX-License-Identifier: GPL-2.0-only
"""What a finding's test file calls: a token must pass, or the test shows the race."""

from collections.abc import Sequence

from stress.executions import CannotJudge, Hung
from stress.plugin import last_words
from stress.replaying import opening, replay
from stress.reporting import not_judged
from stress.system import Exit


def assert_passes(
    token: str,
    *others: str,
    revision: str | type | None = None,
    bugs: str | Sequence[str] | None = None,
) -> None:
    """Replay a token, as the command `replay` does, and fail if it does not pass.

    A token never says which code of a user's own to run; only `revision` does.

    Args:
        token: what a run has printed, or @FILE.
        others: the tokens of the other executions, if it takes several.
        revision: what to replay it on: a revision's name, FILE.py:CLASS or a class; by default
            the revision it was found on.
        bugs: names of bugs put into it; by default those it was found with, none with a revision.

    Raises:
        AssertionError: it fails again, or it cannot be judged; the message is what the command
            says, with the race in columns.
        BadArgument: a file of a token cannot be read, or the tokens are not of one finding.
        BadToken: the text is not a token.
        CompositionError: there is no such revision or bug, or the class can be no kernel.
    """
    __tracebackhide__ = True  # pytest shows the race, not this function
    said: list[str] = []
    try:
        tokens = [opening.opened(text) for text in (token, *others)]
        cases = opening.cases(tokens, revision, (bugs,) if isinstance(bugs, str) else bugs)
    except CannotJudge as error:
        raise AssertionError(not_judged(str(error)).words) from None
    code = Exit.FINDINGS
    try:
        code = replay(
            cases, said.append, last_words=last_words, at_fault=Exit.FINDINGS, survives=True
        )
    except Hung as hung:
        said += [hung.text, *hung.stacks]
    if code is not Exit.CLEAN:
        raise AssertionError("\n".join(said))
