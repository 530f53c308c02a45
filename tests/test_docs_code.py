# SPDX-License-Identifier: GPL-2.0-only
"""The programs in the docs run as they stand, and print what the docs say that they print.

A block after `<!-- file: NAME -->` is that file; a block after `<!-- run: NAME -->` is what it
prints.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"
PAGES = ("detectors/lifetime.md", "detectors/progress.md", "testing-your-own-code.md")


def blocks(page: str, what: str) -> dict[str, str]:
    """Return the fenced blocks of a page behind a mark, by the name in it."""
    text = (DOCS / page).read_text("utf-8")
    found = re.findall(rf"<!-- {what}: (\S+) -->\n```\w*\n(.*?)```\n", text, re.DOTALL)
    return dict(found)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_runs_as_it_stands(page: str, tmp_path: Path) -> None:
    for name, source in blocks(page, "file").items():
        (tmp_path / name).write_text(source, "utf-8")
    runs = blocks(page, "run")
    assert runs
    for name, printed in runs.items():
        run = subprocess.run(
            [sys.executable, name], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stderr
        assert run.stdout == printed
