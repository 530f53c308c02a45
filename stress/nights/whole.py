# SPDX-License-Identifier: GPL-2.0-only
"""Small machines are explored whole at the end of a night, each by one worker."""

from collections.abc import Iterator

from harness.engine import printable_text
from stress.findings import found as found_in
from stress.history import Explored
from stress.jobs import Bug, ExploredSpace, Exploring, Outcome
from stress.nights.entries import Leg, Met, SpaceEntry
from stress.nights.holding import file_if_it_holds
from stress.nights.plan import EXPLORED_MAX, name_of
from stress.nights.tonight import Tonight

_Which = tuple[int, str]


def explore(night: Tonight) -> None:
    """Explore the small machines that are left.

    Raises:
        OSError: something cannot be written.
    """
    plan, limit_s, since_s = night.plan, night.plan.duration_s, night.seconds

    def over() -> bool:
        return night.interrupted() or (limit_s is not None and night.seconds >= limit_s)

    left = list(_left(night))
    jobs = [
        Exploring(n, plan.targets[target], scenario, EXPLORED_MAX, plan.shrink_replays)
        for n, (target, scenario) in enumerate(left)
    ]
    found: list[tuple[_Which, Outcome, float]] = []
    for job, outcome in night.outcomes(jobs, over):
        seconds = round(night.seconds - since_s, 3)
        since_s += seconds
        came = left[job.number], outcome, seconds
        if isinstance(outcome, ExploredSpace) and outcome.answers:
            # Confirming it waits for the fresh process: the others are written down first.
            found.append(came)
        else:
            night.journal.add(_entry(night, *came))
    for came in sorted(found, key=lambda each: left.index(each[0])):
        night.journal.add(_entry(night, *came))


def _left(night: Tonight) -> Iterator[_Which]:
    done = {(entry.explored.target, entry.explored.scenario) for entry in night.done(SpaceEntry)}
    out = {leg.target for leg in night.done(Leg) if leg.out}
    for target, scenario in night.plan.explores:
        if target not in out and (name_of(night.plan.targets[target]), scenario) not in done:
            yield target, scenario


def _entry(night: Tonight, which: _Which, outcome: Outcome, seconds: float) -> SpaceEntry:
    target, scenario = which
    filing, bugs, fault = night.filing(target), list[str](), ""
    complete, executions, failures = False, 0, dict[str, int]()
    if isinstance(outcome, ExploredSpace):
        complete, executions = outcome.complete, outcome.executions
        failures = {printable_text(symptom): count for symptom, count in outcome.failures}
        for answer in outcome.answers:
            faults, wrong = file_if_it_holds(night, filing, target, found_in(answer))
            fault, bugs = fault or "".join(faults[:1]), bugs + wrong
    elif isinstance(outcome, Bug) and outcome.of_class:
        fault = printable_text(outcome.message)
    elif isinstance(outcome, Bug):
        bugs = [printable_text(outcome.message)]
    name = name_of(night.plan.targets[target])
    explored = Explored(name, scenario, complete, executions, failures)
    met: list[Met] = filing.met
    return SpaceEntry(explored, met, fault, bugs, seconds)
