# SPDX-License-Identifier: GPL-2.0-only
"""What is kept of a finding: a folder with its tokens, its story and a test file.

Another session's files are never written over, and a finding that cannot be kept is still
printed whole: nothing is lost because a folder is read-only.
"""

import hashlib
import re
from pathlib import Path

from harness.printable import printable_lines
from stress.campaign import Finding

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
        "report.txt": f"{finding.signature}\n\n{example.columns}\n",
        "commit.txt": example.commit + "\n",
        "timeline.json": example.timeline + "\n",
        "test_repro.py": example.repro,
    }
    place = folder / _name(finding)
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (place / name).write_text(printable_lines(text), "utf-8")
    except OSError:
        return None
    return place


def _name(finding: Finding) -> str:
    """Return a name that tells the kind and is the same for the same finding only."""
    example = finding.example
    kind = re.sub(r"[^a-z0-9]+", "-", example.failure.kind.lower())[:_KIND_MAX].strip("-")
    tokens = f"{example.token} {example.original}".encode()
    return f"{kind or 'finding'}-{hashlib.sha256(tokens).hexdigest()[:8]}"
