# SPDX-License-Identifier: GPL-2.0-only
"""Following a token: strictly, and re-anchored where that no longer fits.

A person, a test and `git bisect` get the same judgement: a verdict is given only when every
deviation found its place. One whose operation is not there any more may stand before the nearest of
the same meaning. Should it fail alike only with one before another operation, or in another
function, that may be another race with the same symptom, and nobody is to be blamed for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness import Carriers, Deviation, DivergedFrom, Execution, Failed, Failure
from harness.detectors.lock_order import Learned
from harness.schedule import Anchoring, LenientReplay, StrictReplay
from stress.executions.single import Single, run
from stress.executions.target import Target
from stress.executions.token import Token

_WORK_MAX = 200_000
"""How many steps and deviations re-anchoring may go through, in all executions together."""


@dataclass(frozen=True)
class Moved:
    """A deviation that stands before another operation than it was recorded before.

    Attributes:
        was: the deviation as it was recorded.
        now: the same where it stands now.
    """

    was: Deviation
    now: Deviation

    @property
    def is_other(self) -> bool:
        """Whether that is another operation, or in another function: not just another number."""
        was, now = self.was.label, self.now.label
        return was is None or now is None or was[:3] != now[:3]


@dataclass(frozen=True)
class Followed:
    """How a token was followed and what came of it.

    Attributes:
        execution: the last execution: the strict one, unless that diverged and more was allowed.
        divergence: where and how it could not be followed strictly, "" if it could.
        schedule: the deviations that found a place, each where that is.
        no_verdict: why it cannot be judged, "" if it can.
        orders: the orders in which it took locks.
        moved: those that stand before another operation than they were recorded before.
        printed: what the class under test has printed in it, in lines.
    """

    execution: Execution
    divergence: str
    schedule: tuple[Deviation, ...]
    no_verdict: str
    orders: tuple[Learned, ...] = ()
    moved: tuple[Moved, ...] = ()
    printed: tuple[str, ...] = ()

    @property
    def failure(self) -> Failure | None:
        """What went wrong, None if nothing did."""
        return _failure(self.execution)


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
    divergence = _divergence(single.execution, strictly)
    if divergence and strict:
        reason = "it was to be followed strictly"
        schedule = tuple(strictly.labelled)
        return Followed(single.execution, divergence, schedule, reason, printed=single.printed)
    if divergence:
        return _reanchored(token, target, carriers, divergence)
    schedule = tuple(strictly.labelled)
    followed = Followed(single.execution, "", schedule, "", single.orders, printed=single.printed)
    if followed.failure is not None and not _is_alike(single, token):
        return replace(followed, no_verdict="it fails differently")
    return followed


def _reanchored(token: Token, target: Target, carriers: Carriers, divergence: str) -> Followed:
    """Follow a token by what its deviations look like, and re-anchor what has lost its place."""
    schedule, moved, work = list(token.deviations), dict[int, Moved](), 0
    while True:
        replay = LenientReplay(schedule)
        single = run(token.parameters, target, replay, carriers)
        work += single.execution.steps + len(schedule)
        if _is_alike(single, token) or work > _WORK_MAX:
            break
        number, lost = None, _first_lost(schedule, replay)
        while lost is not None:
            number, begin = lost, Anchoring(schedule[:lost])
            work += run(token.parameters, target, begin, carriers).execution.steps
            lost = _first_lost(schedule, begin)
        if number is None or number in moved:
            break
        place = begin.nearest(schedule[number])
        if place is None:
            break
        moved[number] = Moved(schedule[number], place)
        schedule[number] = place
    unplaced = set(map(id, replay.unplaced))
    stand = tuple(each for each in moved.values() if id(each.now) not in unplaced)
    no_verdict = _no_verdict(token, single, stand, replay.unplaced)
    labelled = tuple(replay.labelled)
    return Followed(
        execution=single.execution,
        divergence=divergence,
        schedule=labelled,
        no_verdict=no_verdict,
        orders=single.orders,
        moved=stand,
        printed=single.printed,
    )


def _first_lost(schedule: Sequence[Deviation], replay: LenientReplay) -> int | None:
    """Return the number of the first deviation that found no place, None if all did."""
    lost = set(map(id, replay.unplaced))
    return next((number for number, each in enumerate(schedule) if id(each) in lost), None)


def _no_verdict(
    token: Token, single: Single, moved: Sequence[Moved], unplaced: Sequence[Deviation]
) -> str:
    """Return why a token that was re-anchored cannot be judged, "" if it can."""
    if _is_alike(single, token):
        others = [each.now for each in moved if each.is_other]
        if not others:
            return ""
        where = f"{others[0].role} giving way before {others[0].label}"
        return f"it fails alike with {where}, which may be another race"
    if unplaced:
        lost = unplaced[0]
        return f"no place for the deviation of {lost.role} before {lost.label}"
    return "" if _failure(single.execution) is None else "it fails differently"


def _is_alike(single: Single, token: Token) -> bool:
    failure = _failure(single.execution)
    return failure is not None and failure.signature == token.signature


def _failure(execution: Execution) -> Failure | None:
    outcome = execution.outcome
    return outcome.failure if isinstance(outcome, Failed) else None


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
