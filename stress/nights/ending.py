# SPDX-License-Identifier: GPL-2.0-only
"""How a night ended: one verdict, and what it leaves for the morning."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from stress.history import FIXED, KNOWN, NEW, REGRESSED, History, NightRecord, states_of
from stress.morning import (
    Morning,
    for_ci,
    gone,
    junit_text,
    ktap_text,
    markdown_text,
    slower,
)
from stress.nights.record import still_there
from stress.reporting import HARNESS_BUG, Verdict, at_fault
from stress.system import Exit, counted, logs, say, worst, write_whole


def judged(record: NightRecord, history: History, *, only_new: bool) -> tuple[Morning, Verdict]:
    """Return what is read in the morning after a night, and the night's verdict, which is in it.

    Args:
        record: the night, but for its verdict.
        history: what it has left behind, with all nights before it.
        only_new: what was known before is no failure.
    """
    morning = morning_of(record, history)
    verdict = _verdict(morning, only_new=only_new)
    said = str(verdict.values()["verdict"])
    return replace(morning, tonight=replace(record, verdict=said, exit=int(verdict.code))), verdict


def morning_of(record: NightRecord, history: History) -> Morning:
    """Return what is read in the morning after a night.

    Args:
        record: the night.
        history: what it has left behind, with all nights before it.
    """
    findings, today = history.findings(), datetime.now(UTC).date()
    before = [night for night in history.nights() if night.night != record.night]
    nights, records = [*before, record], [kept.record for kept in findings.values()]
    states = states_of(findings, nights, today)
    unseen = [each for each in records if states[each.id] in (KNOWN, FIXED)]
    return Morning(
        tonight=record,
        before=before,
        findings=records,
        states=states,
        today=today,
        marks={id_: kept.mark for id_, kept in findings.items() if kept.mark is not None},
        folders={id_: kept.folder for id_, kept in findings.items()},
        gone={each.id: gone(each, records, nights).text() for each in unseen},
        slower=[f"{each.id} {each.sentence()}" for each in slower(records, nights)],
        folder=history.folder,
    )


def _verdict(morning: Morning, *, only_new: bool) -> Verdict:
    record, found = morning.tonight, still_there(morning.tonight)
    new = {id_ for id_, state in morning.states.items() if state in (NEW, REGRESSED)}
    failing = found & new if only_new else found
    faults = [fault for target in record.targets for fault in target.faults]
    reasons = [reason for target in record.targets for reason in target.reasons]
    executions = counted(sum(target.executions for target in record.targets), "execution")
    own = [at_fault(faults).words] if faults else []
    told = [counted(len(failing), "new finding" if only_new else "finding")] if failing else []
    words = {
        Exit.CLEAN: f"no {'new ' * only_new}finding in {executions}",
        Exit.FINDINGS: f"{' and '.join([*told, *own])} in {executions}",
        Exit.HARNESS_BUG: HARNESS_BUG.words,
        Exit.TOO_FEW: "too few to judge",
        Exit.INTERRUPTED: f"interrupted after {executions}",
    }
    applying = {
        Exit.HARNESS_BUG: record.bugs,
        Exit.FINDINGS: failing or faults,
        Exit.INTERRUPTED: record.interrupted,
        Exit.TOO_FEW: reasons,
    }
    code = worst(code for code, applies in applying.items() if applies)
    return Verdict(code, words[code])


def write_morning(morning: Morning, place: Path) -> None:
    """Write what people and programs read in the morning into the night's folder.

    Raises:
        OSError: something cannot be written.
    """
    write_whole(place / "summary.md", markdown_text(morning))
    write_whole(place / "junit.xml", junit_text(morning))
    write_whole(place / "night.ktap", ktap_text(morning))


def hand_over(morning: Morning) -> None:
    """Hand the morning over to the service that runs the night, if one does.

    A summary that cannot be written there is no reason for a night to fail.
    """
    ci = for_ci(morning, os.environ)
    for line in ci.printed:
        say(line)
    if ci.file:
        try:
            with Path(ci.file).open("a", encoding="utf-8") as file:
                file.write(ci.summary)
        except OSError as error:
            logs.warning(f"{ci.file} cannot be written: {error.strerror}")
