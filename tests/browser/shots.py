# SPDX-License-Identifier: GPL-2.0-only
"""Write the pictures of a report page that the docs show.

python -m tests.browser.shots PAGE.html FOLDER
"""

import sys
from pathlib import Path

from tests.browser.browser import opened

SHOTS = {"report-findings": ("light", ""), "report-plots": ("dark", "states")}
"""Each picture: in which colours, and what is at its top."""


def shoot(page: Path, folder: Path) -> list[Path]:
    """Write the pictures of a page into a folder, and return their files."""
    files = []
    for name, (scheme, part) in SHOTS.items():
        files.append(folder / f"{name}.png")
        with opened(page, scheme) as shown:
            shown.shoot(files[-1], part)
    return files


if __name__ == "__main__":
    for file in shoot(Path(sys.argv[1]), Path(sys.argv[2])):
        sys.stdout.write(f"written: {file}\n")
