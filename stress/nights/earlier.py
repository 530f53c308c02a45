# SPDX-License-Identifier: GPL-2.0-only
"""What earlier nights have found is tried first: it takes a second, and says what is mended."""

from stress.findings import CANNOT_BE_JUDGED
from stress.history import FindingRecord
from stress.jobs import Bug, Outcome, Replay, ReplayedFinding
from stress.nights.entries import Tried
from stress.nights.filing import file, replayed
from stress.nights.plan import name_of
from stress.nights.tonight import Tonight
from stress.system import logs


def replay_earlier(night: Tonight) -> None:
    """Replay the tokens of what earlier nights have found on what is tested tonight.

    Raises:
        OSError: something cannot be written.
    """
    targets = {name_of(target): n for n, target in enumerate(night.plan.targets)}
    tried = {entry.id for entry in night.done(Tried)}
    # Each part of a night tries all it knows: another machine may not know of it.
    records = [record for record in earlier_findings(night) if record.id not in tried]
    jobs = [
        Replay(n, night.plan.targets[targets[record.target]], (record.token, *record.others))
        for n, record in enumerate(records)
    ]
    for job, outcome in night.outcomes(jobs, night.interrupted):
        id_ = records[job.number].id
        how = _how(id_, outcome)
        kept = night.history.findings()[id_]
        where = night.where(targets[kept.record.target])
        file(night.history, replayed(kept.record, where, how), kept.folder)
        night.journal.add(Tried(id_, how))
        logs.info(f"finding {id_} of an earlier night: {how}")


def earlier_findings(night: Tonight) -> list[FindingRecord]:
    """Return what earlier nights have found on what is tested tonight, by id."""
    names = {name_of(target) for target in night.plan.targets}
    kept = sorted(night.history.findings().items())
    return [
        each.record
        for _, each in kept
        if each.record.target in names
        and any(sighting.night != night.place.name for sighting in each.record.sightings)
    ]


def _how(id_: str, outcome: Outcome) -> str:
    if isinstance(outcome, ReplayedFinding):
        return outcome.outcome
    if isinstance(outcome, Bug):
        logs.warning(f"finding {id_}: {outcome.message}")
    return CANNOT_BE_JUDGED
