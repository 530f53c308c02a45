# SPDX-License-Identifier: GPL-2.0-only
"""What is kept of a finding: a folder with its tokens, its story and a test file.

It is kept as soon as it is confirmed, as it was found, and once more when it has been shrunk. What
the same method mends is in one folder, whichever seed has found it: what came later is in a folder
`also` of the first. Another session's files are never written over, and a finding that cannot be
kept is still printed whole: nothing is lost because a folder is read-only.
"""

import hashlib
import os
import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from harness.engine import printable_lines
from stress.executions import PRINTED_MAX
from stress.findings.example import Example
from stress.findings.finding import Finding
from stress.findings.mending import mended_text
from stress.system import logs, printed_text, write_whole

_KIND_MAX = 40

FOLDER = Path("vgic-stress-findings")

ORIGINAL = "original.token"
REPORT = "report.txt"

ALSO = "also"
"""The folder, in that of a finding, of what the same method mends."""


def token_file(number: int) -> str:
    """Return the file of a token: the first, or one of those it takes beside it."""
    return f"token.{number}" if number else "token"


def keep(finding: Finding, folder: Path = FOLDER, beside: Path | None = None) -> Path | None:
    """Keep a finding in a folder of its own.

    Args:
        finding: what was found.
        folder: the folder of all findings; it is made if it is not there.
        beside: the folder of another one that the same method mends, if there is one.

    Returns:
        The finding's folder, None if it could not be written.
    """
    try:
        place = _claimed(finding, folder) if beside is None else None
        if place is None:
            place = _place(finding, folder, beside)
            write_example(finding.example, place, finding.scenario)
    except OSError:
        return None
    return place


def write_example(example: Example, place: Path, scenario: str) -> None:
    """Write all that is kept of a failure into a folder that is there.

    Args:
        example: the failure.
        place: the folder.
        scenario: the scenario in which it was found.

    Raises:
        OSError: it cannot be written.
    """
    printed = "\n".join(printed_text(example.printed))
    head = [example.identity, f"found in {scenario}"]
    report = "\n".join(head), mended_text(example.mends), example.columns, printed
    files = {
        token_file(0): example.token + "\n",
        **{token_file(n): text + "\n" for n, text in enumerate(example.others, 1)},
        ORIGINAL: example.original + "\n",
        REPORT: "\n\n".join(filter(None, report)) + "\n",
        "commit.txt": example.commit + "\n",
        "trace.txt": example.trace + "\n",
        "timeline.json": example.timeline + "\n",
        "test_repro.py": example.repro,
    }
    for name, text in files.items():
        write_whole(place / name, printable_lines(text))


def _named_place(example: Example, folder: Path) -> Path:
    """Return the folder of what the same method mends."""
    return folder / _name(example.mends[0], f"{example.kernel} {example.mends[0]}")


def _claimed(finding: Finding, folder: Path) -> Path | None:
    """Keep the first finding that a method mends in the folder of that; None if it is another's.

    The folder is there with all that is in it or not at all: another session at the same time may
    come with the same finding, and looks at its token.
    """
    example = finding.example
    if not example.mends:
        return None
    place = _named_place(example, folder)
    if not place.exists():
        made = place.with_name(f".{place.name}.{os.getpid()}")
        made.mkdir(parents=True, exist_ok=True)
        try:
            write_example(example, made, finding.scenario)
            made.rename(place)
        except OSError:
            shutil.rmtree(made, ignore_errors=True)
            if not place.exists():
                raise
        else:
            return place
    if _read(place / token_file(0)) != example.token + "\n":
        return None
    write_example(example, place, finding.scenario)
    return place


def _place(finding: Finding, folder: Path, beside: Path | None) -> Path:
    """Make the folder of a finding that is not the first of its kind, and return it."""
    if beside is None and finding.example.mends:
        beside = _named_place(finding.example, folder)
    if beside is not None and beside.parent.name == ALSO:
        beside = beside.parent.parent
    place = _unshrunk_place(finding, folder if beside is None else beside / ALSO)
    place.mkdir(parents=True, exist_ok=True)
    return place


class Keeps(Protocol):
    """Keeps the findings of a campaign as they come."""

    def confirmed(self, number: int, finding: Finding) -> None:
        """Keep a failure as it was found, while it is looked into.

        Args:
            number: the number of the inquiry into it.
            finding: the failure, not shrunk.
        """

    def settled(
        self, number: int, finding: Finding | None, beside: Path | None = None
    ) -> Path | None:
        """Keep what came of an inquiry in place of the failure as it was found.

        Args:
            number: the inquiry's number.
            finding: the finding, None if it is one that is kept already.
            beside: the folder of another one that the same method mends, if there is one.

        Returns:
            The finding's folder, None if there is none.
        """


class Keeper:
    """Keeps the findings of one campaign in a folder."""

    def __init__(self, folder: Path | None = FOLDER) -> None:
        """Keep findings in a folder.

        Args:
            folder: the folder of all findings, None to keep nothing.
        """
        self._folder = folder
        self._unshrunk: dict[int, tuple[Path, str]] = {}

    def confirmed(self, number: int, finding: Finding) -> None:
        """Keep a failure as it was found, see Keeps."""
        if self._folder is None or _unshrunk_place(finding, self._folder).exists():
            return
        kept = keep(finding, self._folder)
        _log("confirmed", finding, kept)
        if kept is not None:
            self._unshrunk[number] = kept, _read(kept / REPORT)

    def settled(
        self, number: int, finding: Finding | None, beside: Path | None = None
    ) -> Path | None:
        """Keep what came of an inquiry, see Keeps."""
        if self._folder is None:
            return None
        before, report = self._unshrunk.pop(number, (None, ""))
        kept = None if finding is None else keep(finding, self._folder, beside)
        if finding is not None:
            _log("finding", finding, kept or before)
        if finding is not None and kept is None:
            return before
        # Another session may have come to keep just that, and have written its story there.
        if before is not None and before != kept and _read(before / REPORT) == report:
            with suppress(OSError):
                shutil.rmtree(before)
        return kept


def _log(what: str, finding: Finding, kept: Path | None) -> None:
    """Log a finding before it is reported, so that the log has whatever was."""
    token = finding.example.token
    if kept is not None and len(token) > PRINTED_MAX:
        token = f"@{kept / token_file(0)}"
    logs.info(
        f"{what}: {finding.signature}, in execution {finding.execution} of {finding.scenario}, "
        f"{'not kept' if kept is None else f'kept in {kept}'}, token {token}"
    )


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError:
        return ""


def _unshrunk_place(finding: Finding, folder: Path) -> Path:
    """Return a folder that is the same for the same execution only; its name says the kind."""
    example = finding.example
    return folder / _name(example.failure.kind, f"{example.token} {example.original}")


def _name(words: str, identity: str) -> str:
    return f"{slug(words)}-{hashlib.sha256(identity.encode()).hexdigest()[:8]}"


def slug(words: str) -> str:
    """Return words as the beginning of a folder's name."""
    begin = re.sub(r"[^a-z0-9_]+", "-", words.lower())[:_KIND_MAX].strip("-")
    return begin or "finding"
