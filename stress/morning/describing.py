# SPDX-License-Identifier: GPL-2.0-only
"""A finding described for people, as markdown: `description.md` in its folder."""

from collections.abc import Iterator
from pathlib import Path

from stress.history import FindingRecord
from stress.morning.markup import as_code, marked_down
from stress.morning.replay_line import replay_line
from stress.system import counted


def description(record: FindingRecord, folder: Path) -> str:
    """Return what there is to say of a finding: how often, since when, where else, how to replay.

    Args:
        record: the finding.
        folder: where it is kept.
    """
    lines = [
        f"# {marked_down(record.symptom)}",
        "",
        f"{marked_down(record.message)}.",
        "",
        f"- finding {as_code(record.id)} on {as_code(record.target)}",
        f"- identity: {marked_down(record.identity)}",
        *_seen(record),
        f"- came out alike {record.confirmed[0]} of {record.confirmed[1]} times on OS threads",
        *_listed("passes with the reference's", record.mended_by),
        *_listed("fails on", record.fails_on),
        *_listed("passes on", record.passes_on),
        f"- replay: {as_code(replay_line(record, folder))}",
    ]
    if record.trailers:
        lines += ["", "Draft of what a mend's message would end with:", ""]
        lines += [f"    {line}" for line in record.trailers]
    return "\n".join(lines) + "\n"


def _seen(record: FindingRecord) -> Iterator[str]:
    if not record.sightings:
        return
    first, last = record.sightings[0], record.sightings[-1]
    yield f"- first seen {first.at} in {as_code(first.night)}"
    yield f"- last seen {last.at} in {as_code(last.night)}"
    count = sum(each.count for each in record.sightings)
    executions = sum(each.executions for each in record.sightings)
    nights = counted(len(record.sightings), "night")
    yield f"- seen {counted(count, 'time')} in {counted(executions, 'execution')} of {nights}"


def _listed(title: str, names: list[str]) -> Iterator[str]:
    if names:
        yield f"- {title} {', '.join(map(as_code, names))}"
