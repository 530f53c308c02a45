# SPDX-License-Identifier: GPL-2.0-only
"""A finding on other kernels: which revisions its execution fails on, and whether it still does.

A token is followed on a kernel that it was not made on. An execution that cannot be followed there,
or that fails otherwise, says nothing of that kernel.
"""

from collections.abc import Sequence

from harness import Carriers, HarnessBug
from harness.detectors.lock_order import OrderGraph
from stress.executions import CannotJudge, Followed, Target, Token, follow
from vgic import REVISIONS, CompositionError

FAILS = "fails"
PASSES = "passes"
CANNOT_BE_JUDGED = "cannot be judged"


def outcome_on(target: Target, tokens: Sequence[Token], carriers: Carriers) -> str:
    """Replay a finding on a kernel.

    Args:
        target: the kernel; what the tokens need checked is checked.
        tokens: the finding's tokens; several fail only together, by the orders of their locks.
        carriers: what the threads run on.

    Returns:
        FAILS, PASSES or CANNOT_BE_JUDGED.

    Raises:
        NotDeterministic: a user's class does not do the same each time.
    """
    graph, fails = OrderGraph(), False
    for number, token in enumerate(tokens):
        followed = _followed(token, target, carriers)
        if followed is None or followed.no_verdict:
            return CANNOT_BE_JUDGED
        fails |= followed.failure is not None
        for learned in followed.orders:
            fails |= bool(graph.add(learned, (token.scenario, number)))
    return FAILS if fails else PASSES


def revisions_with(
    tokens: Sequence[Token], carriers: Carriers
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the revisions that a finding fails on, and those that it passes on, oldest first."""
    outcomes = {name: outcome_on(Target(name), tokens, carriers) for name in REVISIONS}
    fails, passes = (
        tuple(name for name, outcome in outcomes.items() if outcome == each)
        for each in (FAILS, PASSES)
    )
    return fails, passes


def _followed(token: Token, target: Target, carriers: Carriers) -> Followed | None:
    """Follow a token; None if there is no such kernel."""
    try:
        checked = target.checking(
            races=token.needs_races,
            kicks=token.needs_kicks,
            points=token.points,
            judge=token.judge,
        )
        return follow(token, checked, carriers)
    except (CannotJudge, CompositionError):
        return None
    except HarnessBug:
        if target.is_users:
            raise
        return None
