# SPDX-License-Identifier: GPL-2.0-only
"""Filing: what is found on one target goes into the history as soon as it is known for certain.

A failure that was confirmed is kept in the night's folder while it is shrunk. What it shrinks to is
a finding: it gets a folder of its own, or is one more sighting of one that has a folder.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from harness.engine import printable_name, printable_text
from stress.executions import PRINTED_MAX, Token
from stress.findings import FAILS, Finding, Keeper, slug, trailers, write_example
from stress.history import FINDING, FINDINGS, FindingRecord, History, Replayed, Sighting, finding_id
from stress.morning import description
from stress.nights.entries import Met
from stress.nights.plan import CONFIRMATIONS
from stress.system import logs, write_whole


@dataclass(frozen=True)
class Where:
    """The night and the target in which something is found.

    Attributes:
        night: the night's name.
        at: when it began, UTC, as an ISO date and time.
        model: the digest of the model's source.
        seed: its seed.
        target: the target's name.
        source: the hash of a user's class, "" for a revision of ours.
    """

    night: str
    at: str
    model: str
    seed: int
    target: str
    source: str


def id_of(target: str, finding: Finding) -> str:
    """Return the id of a finding: 12 hexadecimal digits.

    Failures that the same method mends are one finding, however they show.

    Args:
        target: the name of what it was found on.
        finding: the finding.
    """
    what = finding.example.mends[0] if finding.example.mends else finding.signature
    return finding_id(target, what)


class Filing:
    """Files what is found on one target in one leg.

    Attributes:
        met: the failures that were looked into.
    """

    def __init__(
        self,
        history: History,
        where: Where,
        confirmed: Path,
        interrupted: Callable[[], bool],
    ) -> None:
        """Prepare to file.

        Args:
            history: where to.
            where: the night and the target.
            confirmed: the folder for failures that are not shrunk yet.
            interrupted: whether the leg will be run again, so that nothing of it is filed.
        """
        self.met: list[Met] = []
        self._history = history
        self._where = where
        self._keeper = Keeper(confirmed)
        self._interrupted = interrupted

    def confirmed(self, number: int, finding: Finding) -> None:
        """Keep a failure as it was found, while it is looked into."""
        self._keeper.confirmed(number, finding)

    def settled(
        self, number: int, finding: Finding | None, beside: Path | None = None
    ) -> Path | None:
        """File what came of an inquiry; return the finding's folder, None if there is none.

        Raises:
            OSError: it cannot be written.
        """
        if self._interrupted():
            return None
        place = None if finding is None else self.file(finding)
        self._keeper.settled(number, None)
        return place

    def file(self, finding: Finding) -> Path:
        """File a finding: in a folder of its own, or as seen once more.

        Raises:
            OSError: it cannot be written.
        """
        where, example = self._where, finding.example
        id_ = id_of(where.target, finding)
        symptom = printable_text(example.symptom)
        self.met.append(
            Met(
                id_,
                symptom,
                finding.scenario,
                finding.execution,
                printable_name(finding.strategy),
            )
        )
        kept = self._history.findings().get(id_)
        if kept is not None and not _is_dead(kept.record, where):
            file(self._history, self._seen(kept.record, finding), kept.folder)
            return kept.folder
        words = example.mends[0] if example.mends else example.failure.kind
        place = (
            kept.folder
            if kept is not None
            else self._history.folder / FINDINGS / f"{slug(words)}-{id_}"
        )
        place.mkdir(parents=True, exist_ok=True)
        if kept is None and (place / FINDING).exists():
            # It cannot be read: whoever mends it has all its nights still.
            (place / FINDING).replace(place / f"{FINDING}.damaged")
        write_example(example, place, finding.scenario)
        record = self._record(id_, finding)
        if kept is not None:
            record = replace(record, sightings=kept.record.sightings, replays=kept.record.replays)
        file(self._history, self._seen(record, finding), place)
        logs.info(
            f"finding {id_} on {where.target}: {example.identity}, in {place}, "
            f"token {example.token if len(example.token) <= PRINTED_MAX else 'there'}"
        )
        return place

    def _record(self, id_: str, finding: Finding) -> FindingRecord:
        example = finding.example
        token = Token.decode(example.token)
        fails, passes = list(example.fails_on), list(example.passes_on)
        return FindingRecord(
            id=id_,
            target=self._where.target,
            identity=printable_text(example.identity),
            symptom=printable_text(example.symptom),
            kind=printable_name(example.failure.kind),
            message=printable_text(example.failure.message),
            races=token.needs_races,
            token=example.token,
            others=list(example.others),
            confirmed=(CONFIRMATIONS, CONFIRMATIONS),
            mended_by=list(map(printable_text, example.mends)),
            fails_on=fails,
            passes_on=passes,
            trailers=trailers(fails, passes),
            sightings=[],
            replays=[],
        )

    def _seen(self, record: FindingRecord, finding: Finding) -> FindingRecord:
        """Return a record with a sighting of this night, unless it has one."""
        where = self._where
        if any(each.night == where.night for each in record.sightings):
            return record
        sighting = Sighting(
            night=where.night,
            at=where.at,
            model=where.model,
            source=where.source,
            seed=where.seed,
            scenario=finding.scenario,
            execution=finding.execution,
            strategy=printable_name(finding.strategy),
            token=finding.example.original,
            count=1,
            executions=1,
            to_find=1,
        )
        return replace(record, sightings=[*record.sightings, sighting])


def file(history: History, record: FindingRecord, folder: Path) -> None:
    """Write down what is known of a finding, for programs and for people.

    Raises:
        OSError: it cannot be written.
    """
    history.file(record, folder)
    write_whole(folder / "description.md", description(record, folder))


def replayed(record: FindingRecord, where: Where, outcome: str) -> FindingRecord:
    """Return a record with how its token came out in this night, once."""
    others = [each for each in record.replays if each.night != where.night]
    now = Replayed(where.night, where.at, where.model, where.source, outcome)
    return replace(record, replays=[*others, now])


def _is_dead(record: FindingRecord, where: Where) -> bool:
    """Say whether the token of a record says nothing of this night's model and class any more."""
    if any(each.night == where.night for each in record.sightings):
        return False  # it has another one by now
    tonight = [each for each in record.replays if each.night == where.night]
    return bool(tonight) and tonight[-1].outcome != FAILS
