# SPDX-License-Identifier: GPL-2.0-only
"""The night: canaries, the findings of earlier nights, the lanes, and then small machines whole.

Each piece of it goes into the journal when it is done. What is in the journal already is not done
again, so to resume a night is to begin it.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass

from harness.engine import printable_text
from harness.search.strategies import PORTFOLIO
from stress.campaign import Plan, Result, look_for_canaries
from stress.history import CanaryRecord
from stress.inputs import BadArgument
from stress.nights.earlier import replay_earlier
from stress.nights.entries import Ended, Leg, Sought
from stress.nights.folder import now
from stress.nights.lane import Lane, NextLeg
from stress.nights.legs import Legs
from stress.nights.orders import put_orders_together
from stress.nights.plan import EXPLORING_SHARE, name_of
from stress.nights.tonight import CONFIRMED, Tonight
from stress.nights.whole import explore
from stress.system import logs


@dataclass
class NightSoFar:
    """How far a night has come.

    Attributes:
        executions: how many executions were run.
        findings: the ids of what the search has met.
        seconds: for how long it has run, all together.
    """

    executions: int
    findings: set[str]
    seconds: float


Progress = Callable[[NightSoFar], None]


def run_night(night: Tonight, progress: Progress) -> None:
    """Run a night to its end, or until it is interrupted.

    Args:
        night: the night.
        progress: called often.

    Raises:
        BadArgument: the journal is of another night.
        OSError: something cannot be written.
    """
    _look_for_canaries(night)
    if any(sought.bugs for sought in night.done(Sought)):
        night.journal.add(Ended(now()))  # nothing else would mean anything
        return

    def run_lanes(night: Tonight) -> None:
        _run_lanes(night, progress)

    for stage in (replay_earlier, run_lanes, put_orders_together, explore):
        if not night.interrupted():
            stage(night)
    if not night.interrupted():
        # All that was confirmed has been shrunk and filed by now.
        shutil.rmtree(night.place / CONFIRMED, ignore_errors=True)
        night.journal.add(Ended(now()))


def so_far(night: Tonight) -> NightSoFar:
    """Return how far a night has come."""
    legs = night.done(Leg)
    ids = {met.id for leg in legs for met in leg.met}
    return NightSoFar(sum(leg.executions for leg in legs), ids, night.seconds)


def _look_for_canaries(night: Tonight) -> None:
    if night.done(Sought):
        return
    plan = Plan(night.plan.targets[0], [], night.plan.seed, PORTFOLIO, night.plan.executions)
    looked = look_for_canaries(plan, night.executor, night.interrupted)
    if not looked.interrupted:
        canaries = [CanaryRecord(bug, count) for bug, count in looked.found.items()]
        night.journal.add(Sought(canaries, list(map(printable_text, looked.bugs))))


def _run_lanes(night: Tonight, progress: Progress) -> None:
    """Run leg after leg, of the lane that is furthest behind."""
    lanes = _lanes(night)
    legs = Legs(night.plan, night.executor, night.filing, night.interrupted)
    limit_s = night.plan.duration_s
    if limit_s is not None:
        limit_s *= 1 - EXPLORING_SHARE
    while not night.interrupted() and (limit_s is None or night.seconds < limit_s):
        wanted = _furthest_behind(lanes, night.done(Leg))
        if wanted is None:
            return
        lane = lanes[wanted.lane]
        leg = legs.run(wanted, lane.known[wanted.target], _shown(night, progress))
        if leg is None:
            return
        night.journal.add(leg)
        lane.take(leg)
        _log(night, leg)


def _lanes(night: Tonight) -> dict[int, Lane]:
    """Return the lanes, each as far as the journal has it."""
    plan = night.plan
    lanes = {
        number: Lane(number, len(plan.targets), plan.scenarios, plan.executions)
        for number in plan.lanes
    }
    for leg in night.done(Leg):
        if not lanes[leg.lane].is_wanted(leg):
            raise BadArgument(
                f"--resume: the journal of {night.place} has a leg that does not come next, so it "
                "is of another night or damaged; leave out --resume, which begins another one"
            )
        lanes[leg.lane].take(leg)
    return lanes


def _furthest_behind(lanes: dict[int, Lane], legs: list[Leg]) -> NextLeg | None:
    wanted = [each for lane in lanes.values() if (each := lane.wanted()) is not None]
    taken = dict.fromkeys(lanes, 0)
    for leg in legs:
        taken[leg.lane] += 1
    return min(wanted, key=lambda each: (taken[each.lane], each.lane), default=None)


def _shown(night: Tonight, progress: Progress) -> Callable[[Result], None]:
    """Return what shows how far the night has come, from how far a leg has."""
    before = so_far(night)

    def show(result: Result) -> None:
        executions = before.executions + result.executions
        progress(NightSoFar(executions, before.findings, night.seconds))

    return show


def _log(night: Tonight, leg: Leg) -> None:
    name = name_of(night.plan.targets[leg.target])
    log = logs.named(f"lane {leg.lane}")
    log.info(f"round {leg.round} {name}: {leg.executions} executions in {leg.seconds} s")
    if leg.out:
        log.warning(f"goes on without {name}: {leg.out}")
