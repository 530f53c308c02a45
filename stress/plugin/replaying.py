# SPDX-License-Identifier: GPL-2.0-only
"""Replays: what a token is of runs again in its test, judged as the command line judges it."""

from collections.abc import Sequence
from dataclasses import replace

from stress.executions import Hung, Target, Token
from stress.plugin.capture import last_words
from stress.plugin.failing import HarnessAtFault, SchedulesFailed
from stress.plugin.replays import Replays
from stress.plugin.tokens import PROGRAM
from stress.plugin.trying import hung_text
from stress.replaying import opening, replay
from stress.system import Exit


def is_of_machine(tokens: Sequence[str]) -> bool:
    """Say whether tokens are of executions of a machine, and not of a program."""
    return not any(text.startswith(PROGRAM) for text in tokens)


def is_of_scenario(tokens: Sequence[str], name: str) -> bool:
    """Say whether tokens are of executions of a scenario."""
    return is_of_machine(tokens) and all(Token.decode(each).scenario == name for each in tokens)


def is_of(tokens: Sequence[str], name: str, target: Target) -> bool:
    """Say whether tokens are of just this: a scenario on what is tested.

    Args:
        tokens: the tokens of one finding.
        name: the name of the scenario.
        target: what is tested; a class is known by its name, as it may have been edited since.
    """
    if not is_of_scenario(tokens, name):
        return False
    identity = target.patch_identity()
    mine = identity[0] if identity else None
    return all(
        (token.patch[0] if token.patch else None) == mine
        and token.bugs == target.bugs
        and (mine is not None or token.revision == target.revision)
        for token in map(Token.decode, tokens)
    )


def replay_machine(replays: Replays, target: Target) -> None:
    """Replay on the test's kernel, not on that of the tokens; they say what to check for.

    Args:
        replays: what is replayed; it has passed if this returns.
        target: what the test tests.

    Raises:
        SchedulesFailed: it fails again, or cannot be judged.
        HarnessAtFault: something is wrong with the harness.
    """
    tokens = replays.tokens
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
        replays.passed = True
        return
    text = "\n".join(said)
    if code is Exit.HARNESS_BUG:
        raise HarnessAtFault(text)
    raise SchedulesFailed(text, cases[0].token.signature, tuple(tokens))
