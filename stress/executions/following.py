# SPDX-License-Identifier: GPL-2.0-only
"""Following a token: strictly, and re-anchored where that no longer fits.

A person, a test and `git bisect` get the same judgement: a verdict is given
only when every deviation found its place.
"""

from dataclasses import dataclass, replace

from harness import Carriers, DivergedFrom, Execution, Failed, Failure
from harness.detectors.lock_order import Learned
from harness.schedule import LenientReplay, StrictReplay
from stress.executions.single import run
from stress.executions.target import Target
from stress.executions.token import Token
from stress.system import printed


@dataclass(frozen=True)
class Followed:
    """How a token was followed and what came of it.

    Attributes:
        execution: the last execution: the strict one, unless that diverged and more was allowed.
        divergence: where and how it could not be followed strictly, "" if it could.
        placed: how many deviations found a place.
        no_verdict: why it cannot be judged, "" if it can.
        orders: the orders in which it took locks.
        printed: what the class under test has printed in it, in lines.
    """

    execution: Execution
    divergence: str
    placed: int
    no_verdict: str
    orders: tuple[Learned, ...] = ()
    printed: tuple[str, ...] = ()

    @property
    def failure(self) -> Failure | None:
        """What went wrong, None if nothing did."""
        outcome = self.execution.outcome
        return outcome.failure if isinstance(outcome, Failed) else None


def follow(token: Token, target: Target, carriers: Carriers, *, strict: bool = False) -> Followed:
    """Follow a token.

    Args:
        token: the execution.
        target: what it is run on.
        carriers: what the threads run on.
        strict: do not look for deviations that have moved.

    Raises:
        HarnessBug: the harness's own code raised an exception.
    """
    strictly = StrictReplay(token.deviations)
    single = run(token.parameters, target, strictly, carriers)
    execution = single.execution
    divergence, placed = _divergence(execution, strictly), len(strictly.labelled)
    if divergence and strict:
        return Followed(execution, divergence, placed, "it was to be followed strictly")
    if divergence:
        leniently = LenientReplay(token.deviations)
        single = run(token.parameters, target, leniently, carriers)
        execution = single.execution
        placed = len(leniently.labelled)
        if leniently.unplaced and not isinstance(execution.outcome, Failed):
            lost = leniently.unplaced[0]
            reason = f"no place for the deviation of {lost.role} before {lost.label}"
            return Followed(execution, divergence, placed, reason, (), printed(carriers))
    followed = Followed(execution, divergence, placed, "", single.orders, printed(carriers))
    if followed.failure is not None and followed.failure.signature != token.signature:
        return replace(followed, no_verdict="it fails differently")
    return followed


def _divergence(execution: Execution, replay: StrictReplay) -> str:
    outcome = execution.outcome
    if isinstance(outcome, DivergedFrom):
        return f"at step {outcome.step}: expected {outcome.expected}; met {outcome.met}"
    if replay.never_reached:
        first = replay.never_reached[0]
        return (
            f"at step {execution.steps}: expected operation {first.n} of {first.role}; "
            "met the end of the execution"
        )
    return ""
