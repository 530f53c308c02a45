# SPDX-License-Identifier: GPL-2.0-only
"""What is kept of a finding in a program of somebody's own, which is no machine: less.

Its token, and its story. The program itself is where its author has it.
"""

from hashlib import sha256
from pathlib import Path

from harness.engine import printable_lines
from stress.findings.store import REPORT, slug, token_file
from stress.system import write_whole


def keep_program(name: str, kind: str, token: str, report: str, folder: Path) -> Path | None:
    """Keep a finding in a folder that is the same for the same token.

    Args:
        name: what the program is called.
        kind: the kind of the failure.
        token: replays it.
        report: its story.
        folder: the folder of all findings; it is made if it is not there.

    Returns:
        The finding's folder, None if it could not be written.
    """
    place = folder / f"{slug(f'{name} {kind}')}-{sha256(token.encode()).hexdigest()[:8]}"
    try:
        place.mkdir(parents=True, exist_ok=True)
        for file, text in ((token_file(0), token), (REPORT, printable_lines(report))):
            write_whole(place / file, text + "\n")
    except OSError:
        return None
    return place
