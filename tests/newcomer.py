# SPDX-License-Identifier: GPL-2.0-only
"""A newcomer's first hour, followed literally: a fresh clone, a fresh environment, no help.

    python -m tests.newcomer

types the README's first line into a shell, and then in an empty folder every command of
docs/first-hour.md, with what that line has installed and nothing else. It fails if anything comes
out otherwise than the page shows, which ends with the newcomer's own patch caught, mended, put
into a pytest suite and left for the night.
"""

import difflib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.docs.pages import ROOT, marked, unchanging

PAGE = Path("docs") / "first-hour.md"
CAUGHT = "FAILURE: 1 finding in 18 executions on quicker.py:Quicker"


def main() -> int:
    """Follow it; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "vgic-stress"
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        own = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")
        environment = {name: value for name, value in os.environ.items() if name not in own}
        line = marked((clone / "README.md").read_text("utf-8"), "run")
        subprocess.run(["bash", "-ec", line], cwd=clone, env=environment, check=True)
        python = clone / ".venv" / "bin" / "python"
        again = [str(python), "-m", "tests.docs", str(PAGE)]
        subprocess.run(again, cwd=clone, env=environment, check=True)
        shown = unchanging((ROOT / PAGE).read_text("utf-8")).splitlines()
        met = unchanging((clone / PAGE).read_text("utf-8")).splitlines()
    if shown == met and any(line.startswith(CAUGHT) for line in met):
        sys.stdout.write("the hour was as its page says: the newcomer's patch was caught\n")
        return 0
    sys.stdout.writelines(f"{each}\n" for each in difflib.unified_diff(shown, met, "shown", "met"))
    return 1


if __name__ == "__main__":
    sys.exit(main())
