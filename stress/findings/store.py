# SPDX-License-Identifier: GPL-2.0-only
"""What is kept of a finding: a folder with its tokens, its story and a test file.

It is kept as soon as it is confirmed, as it was found, and once more when it has been shrunk.
Another session's files are never written over, and a finding that cannot be kept is still
printed whole: nothing is lost because a folder is read-only.
"""

import hashlib
import re
import shutil
from contextlib import suppress
from pathlib import Path

from harness.engine import printable_lines
from stress.findings.example import Example
from stress.findings.finding import Finding
from stress.system import write_whole

_KIND_MAX = 40

FOLDER = Path("vgic-stress-findings")

ORIGINAL = "original.token"


def token_file(number: int) -> str:
    """Return the file of a token: the first, or one of those it takes beside it."""
    return f"token.{number}" if number else "token"


def keep(finding: Finding, folder: Path = FOLDER) -> Path | None:
    """Keep a finding in a folder of its own.

    Args:
        finding: what was found.
        folder: the folder of all findings; it is made if it is not there.

    Returns:
        The finding's folder, None if it could not be written.
    """
    example = finding.example
    files = {
        token_file(0): example.token + "\n",
        **{token_file(n): text + "\n" for n, text in enumerate(example.others, 1)},
        ORIGINAL: example.original + "\n",
        "report.txt": "\n".join([finding.signature, "", example.columns, *_printed(example), ""]),
        "commit.txt": example.commit + "\n",
        "timeline.json": example.timeline + "\n",
        "test_repro.py": example.repro,
    }
    place = folder / _name(finding)
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            write_whole(place / name, printable_lines(text))
    except OSError:
        return None
    return place


def _printed(example: Example) -> list[str]:
    """Return what the class under test has printed, all of it that was kept."""
    lines = [f"  | {line}" for line in example.printed]
    return ["", "it printed:", *lines] if lines else []


class Keeper:
    """Keeps the findings of one campaign as they come."""

    def __init__(self, folder: Path | None = FOLDER) -> None:
        """Keep findings in a folder.

        Args:
            folder: the folder of all findings, None to keep nothing.
        """
        self._folder = folder
        self._unshrunk: dict[int, tuple[Path, str]] = {}

    def confirmed(self, number: int, finding: Finding) -> None:
        """Keep a failure as it was found, while it is looked into.

        Args:
            number: the number of the inquiry into it.
            finding: the failure, not shrunk.
        """
        if self._folder is None or (self._folder / _name(finding)).exists():
            return
        kept = keep(finding, self._folder)
        if kept is not None:
            self._unshrunk[number] = kept, _report(kept)

    def settled(self, number: int, finding: Finding | None) -> Path | None:
        """Keep what came of an inquiry in place of the failure as it was found.

        Args:
            number: the inquiry's number.
            finding: the finding, None if it is one that is kept already.

        Returns:
            The finding's folder, None if there is none.
        """
        if self._folder is None:
            return None
        before, report = self._unshrunk.pop(number, (None, ""))
        kept = None if finding is None else keep(finding, self._folder)
        if finding is not None and kept is None:
            return before
        # Another session may have come to keep just that, and have written its story there.
        if before is not None and before != kept and _report(before) == report:
            with suppress(OSError):
                shutil.rmtree(before)
        return kept


def _report(folder: Path) -> str:
    try:
        return (folder / "report.txt").read_text("utf-8")
    except OSError:
        return ""


def _name(finding: Finding) -> str:
    """Return a name that says the kind and is the same for the same finding only."""
    example = finding.example
    kind = re.sub(r"[^a-z0-9]+", "-", example.failure.kind.lower())[:_KIND_MAX].strip("-")
    tokens = f"{example.token} {example.original}".encode()
    return f"{kind or 'finding'}-{hashlib.sha256(tokens).hexdigest()[:8]}"
