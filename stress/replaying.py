# SPDX-License-Identifier: GPL-2.0-only
"""The command `replay`: the same race again, or why not.

Strict first: every deviation where it was recorded, in front of the operation that stood there.
Where the execution diverges it says at which step and how, and then follows the deviations
re-anchored, unless it was asked to be strict. A verdict is given only when every deviation found
its place, so that `git bisect run vgic-stress replay TOKEN` never blames the wrong commit.
"""

from collections.abc import Callable

from harness import Carriers, DivergedFrom, Failed, HarnessBug, OsThreads
from harness.replay import LenientReplay, StrictReplay
from stress.exits import Exit
from stress.narrative import ending, full
from stress.report import counted
from stress.single import Single, run_parameters
from stress.source import model_digest
from stress.subject import Subject
from stress.token import Token
from vgic import V1

Say = Callable[[str], None]


def replay(
    token: Token, subject: Subject, kernel: type[V1], say: Say, *, strict: bool, verbose: bool
) -> Exit:
    """Replay a token and say what came of it.

    Args:
        token: the execution to replay.
        subject: what it is replayed on.
        kernel: the same, as a class.
        say: prints one text.
        strict: do not follow the deviations re-anchored.
        verbose: print the whole trace.
    """
    say(
        f"vgic-stress replay: {token.signature} ({token.scenario} on {subject}, "
        f"{counted(len(token.deviations), 'deviation')}, model={model_digest()})"
    )
    if token.model != model_digest():
        say(f"the token was made with another model ({token.model}): it may diverge")
    _say_patch(token, subject, say)
    try:
        with OsThreads() as carriers:
            return _judge(token, kernel, carriers, say, strict=strict, verbose=verbose)
    except HarnessBug as bug:
        say(f"HARNESS BUG: {bug}")
        return Exit.HARNESS_BUG


def _say_patch(token: Token, subject: Subject, say: Say) -> None:
    identity = subject.patch_identity()
    if token.patch is not None and identity is not None and identity != token.patch:
        say(f"the class {token.patch[0]} has changed since the token was made: it may diverge")


def _judge(
    token: Token,
    kernel: type[V1],
    carriers: Carriers,
    say: Say,
    *,
    strict: bool,
    verbose: bool,
) -> Exit:
    strictly = StrictReplay(token.deviations)
    single = run_parameters(token.parameters, kernel, strictly, carriers)
    outcome = single.execution.outcome
    if not isinstance(outcome, DivergedFrom) and not strictly.never_reached:
        return _verdict(token, single, "strictly", say, verbose=verbose)
    if isinstance(outcome, DivergedFrom):
        say(f"diverged at step {outcome.step}: expected {outcome.expected}; met {outcome.met}")
    else:
        first = strictly.never_reached[0]
        say(
            f"diverged at step {single.execution.steps}: expected operation {first.n} of "
            f"{first.role}; met the end of the execution"
        )
    if strict:
        return Exit.CANNOT_JUDGE
    leniently = LenientReplay(token.deviations)
    single = run_parameters(token.parameters, kernel, leniently, carriers)
    count = len(token.deviations)
    say(f"re-anchored: {len(leniently.labelled)} of {count} deviations found a place")
    failed = isinstance(single.execution.outcome, Failed)
    if leniently.unplaced and not failed:
        lost = leniently.unplaced[0]
        say(f"cannot be judged: no place for the deviation of {lost.role} before {lost.label}")
        return Exit.CANNOT_JUDGE
    return _verdict(token, single, "re-anchored", say, verbose=verbose)


def _verdict(token: Token, single: Single, how: str, say: Say, *, verbose: bool) -> Exit:
    execution = single.execution
    say(full(execution) if verbose else ending(execution))
    if not isinstance(execution.outcome, Failed):
        say(f"passed: replayed {how}, {execution.steps} steps, digest {execution.digest}")
        return Exit.CLEAN
    failure = execution.outcome.failure
    say(f"{failure.signature}\n  {failure.message}")
    for line in failure.details:
        say(f"    {line}")
    same = "same digest" if execution.digest == token.digest else "another digest"
    replayed = f"replayed {how}, {execution.steps} steps, digest {execution.digest} ({same})"
    if failure.signature != token.signature:
        say(f"cannot be judged: it fails differently; {replayed}")
        return Exit.CANNOT_JUDGE
    say(f"failed again: {replayed}")
    return Exit.FINDINGS
