# SPDX-License-Identifier: GPL-2.0-only
"""Replays: what a token is of runs again in its test, judged as the command line judges it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

from stress.executions import Hung, Target, Token
from stress.plugin.capture import last_words
from stress.plugin.failing import HarnessAtFault, ReplayedClean, SchedulesFailed
from stress.plugin.tokens import PROGRAM
from stress.plugin.trying import hung_text
from stress.replaying import opening, replay
from stress.system import Exit


def is_of_scenario(tokens: Sequence[str], name: str) -> bool:
    """Say whether tokens are of executions of a scenario."""
    return all(
        not text.startswith(PROGRAM) and Token.decode(text).scenario == name for text in tokens
    )


def replay_machine(tokens: Sequence[str], target: Target) -> NoReturn:
    """Replay on the test's kernel, not on that of the tokens; they say what to check for.

    Args:
        tokens: the tokens of one finding.
        target: what the test tests.

    Raises:
        SchedulesFailed: it fails again, or cannot be judged.
        HarnessAtFault: something is wrong with the harness.
        ReplayedClean: it passes.
    """
    said: list[str] = []
    cases = opening.on(replace(target, races=False), [Token.decode(text) for text in tokens])
    try:
        code = replay(
            cases, said.append, last_words=last_words, at_fault=Exit.FINDINGS, survives=True
        )
    except Hung as hung:
        said.append(hung_text(hung, "in a replay"))
        raise SchedulesFailed("\n".join(said), tokens=tuple(tokens)) from None
    if code is Exit.CLEAN:
        raise ReplayedClean
    text = "\n".join(said)
    if code is Exit.HARNESS_BUG:
        raise HarnessAtFault(text)
    raise SchedulesFailed(text, cases[0].token.signature, tuple(tokens))
