# SPDX-License-Identifier: GPL-2.0-only
"""The section at the end of a session: what each test has tried, and found.

Where GitHub runs the session, each failure is an annotation at its test, too.
"""

import os
from collections.abc import Iterator, Mapping

import pytest

from stress.plugin.counts import Counts, counts_of, failed_of
from stress.plugin.tokens import PROPERTY

_COLUMNS = ("executions", "behaviours", "windows", "findings", "seconds")


def summarise(terminal: pytest.TerminalReporter) -> None:
    """Write the section, if any test has tried anything, and the annotations, if they are read.

    Under -q there is no section, as there is no summary of `run`.
    """
    reports = [report for each in terminal.stats.values() for report in each]
    by_test = {
        report.nodeid: counts for report in reports if (counts := counts_of(report)) is not None
    }
    if by_test and terminal.verbosity >= 0:
        terminal.section("schedules explored", sep="-")
        for line in _table(by_test):
            terminal.write_line(line)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in _annotations(reports):
            terminal.write_line(line)


def _table(by_test: Mapping[str, Counts]) -> Iterator[str]:
    rows = [(nodeid, _cells(counts)) for nodeid, counts in sorted(by_test.items())]
    if len(rows) > 1:
        whole = Counts()
        for counts in by_test.values():
            whole = whole.plus(counts)
        rows.append(("together", _cells(whole)))
    widths = [max(len(each[n]) for _, each in rows) for n in range(len(_COLUMNS))]
    widths = [max(width, len(name)) for width, name in zip(widths, _COLUMNS, strict=True)]
    for name, cells in [("test", _COLUMNS), *rows]:
        row = "  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        yield f"{row}  {name}"


def _cells(counts: Counts) -> tuple[str, ...]:
    return (
        str(counts.executions),
        str(counts.behaviours or "-"),
        str(counts.windows or "-"),
        str(len(counts.findings)),
        f"{counts.seconds:.1f}",
    )


def _annotations(reports: list[object]) -> list[str]:
    from stress.morning import annotation, shown

    root = os.environ.get("GITHUB_WORKSPACE") or os.getcwd()
    lines = []
    for report in reports:
        failed = failed_of(report)
        if failed is not None and getattr(report, "failed", False):
            properties = getattr(report, "user_properties", ())
            replays = [text for name, text in properties if name == PROPERTY]
            nodeid, file = getattr(report, "nodeid", ""), os.path.relpath(failed.file, root)
            texts = failed.headline, *replays
            lines.append(annotation("error", nodeid, *texts, file=file, line=failed.line))
    return list(shown("error", sorted(lines), "failure"))
