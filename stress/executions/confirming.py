# SPDX-License-Identifier: GPL-2.0-only
"""Confirming: the token of an execution, its schedule labelled and replayed strictly.

A token is only given away if what it says has been seen to come out alike.
"""

from dataclasses import replace

from harness import Carriers, DivergedFrom, Execution, Failed, Failure, Strategy
from harness.schedule import Labels, StrictReplay
from stress.executions.differing import not_deterministic
from stress.executions.single import Single, run
from stress.executions.source import model_digest
from stress.executions.target import Target
from stress.executions.token import Token


def confirm(
    single: Single, scenario: str, target: Target, carriers: Carriers
) -> tuple[Token, Failure]:
    """Label a failure's schedule, replay it strictly, and return its token.

    Raises:
        NotDeterministic: the execution does not fail, or its replay differs.
    """
    execution, outcome = single.execution, single.execution.outcome
    if not isinstance(outcome, Failed):
        how = "an execution that failed does not fail again"
        raise not_deterministic(how, single.parameters, target, carriers)
    unlabelled = _unlabelled(single, scenario, outcome.failure.signature, target)
    return labelled(unlabelled, execution, target, carriers), outcome.failure


def witness(
    single: Single,
    scenario: str,
    signature: str,
    target: Target,
    carriers: Carriers,
) -> Token:
    """Return the token of an execution that need not fail itself, but shows something.

    Args:
        single: the execution.
        scenario: where its parameters come from.
        signature: what it is a part of.
        target: what it was run on.
        carriers: what the threads run on.

    Raises:
        NotDeterministic: its replay differs.
    """
    execution = single.execution
    token = _unlabelled(single, scenario, signature, target)
    return labelled(token, execution, target, carriers)


def labelled(token: Token, execution: Execution, target: Target, carriers: Carriers) -> Token:
    """Make a token of what an execution of its parameters did, labelled and replayed strictly.

    Args:
        token: the parameters, and the signature.
        execution: an execution of these parameters.
        target: what it was run on.
        carriers: what the threads run on.

    Raises:
        NotDeterministic: a replay differs from the execution.
    """
    labels = Labels(execution.deviations)
    _comes_out_alike(execution, labels, token, target, carriers)
    _comes_out_alike(execution, StrictReplay(labels.labelled), token, target, carriers)
    return replace(
        token,
        revision=target.revision,
        bugs=target.bugs,
        patch=target.patch_identity(),
        deviations=tuple(labels.labelled),
        digest=execution.digest,
        model=model_digest(),
        points=target.points,
    )


def _unlabelled(single: Single, scenario: str, signature: str, target: Target) -> Token:
    return Token(
        scenario=scenario,
        parameters=single.parameters,
        revision=target.revision,
        bugs=target.bugs,
        patch=target.patch_identity(),
        deviations=single.execution.deviations,
        signature=signature,
        digest=single.execution.digest,
        model=model_digest(),
        points=target.points,
    )


def _comes_out_alike(
    first: Execution, strategy: Strategy, token: Token, target: Target, carriers: Carriers
) -> None:
    again = run(token.parameters, target, strategy, carriers).execution
    if first.digest != again.digest:
        how = (
            f"the same schedule gave {outcome_text(first)} (digest {first.digest}) and then "
            f"{outcome_text(again)} (digest {again.digest})"
        )
        raise not_deterministic(how, token.parameters, target, carriers)


def outcome_text(execution: Execution) -> str:
    """Say in a word or two what came of an execution."""
    outcome = execution.outcome
    if isinstance(outcome, Failed):
        return f"{outcome.failure.signature!r}"
    if isinstance(outcome, DivergedFrom):
        return f"another way at step {outcome.step}"
    return type(outcome).__name__.lower()
