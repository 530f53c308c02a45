# SPDX-License-Identifier: GPL-2.0-only
"""Make every pasted output of the docs again and write the pages.

    python -m tests.docs [PAGE ...]

Without a page all are written. The tables that take minutes are written by `tests/benchmarks`.
"""

import sys
import tempfile
from pathlib import Path

from tests.docs.pages import PAGES, made_again


def main() -> None:
    """Write the pages, and say which have changed."""
    for page in [Path(word).resolve() for word in sys.argv[1:]] or PAGES:
        old = page.read_text("utf-8")
        with tempfile.TemporaryDirectory() as folder:
            new = made_again(old, Path(folder))
        page.write_text(new, "utf-8")
        sys.stdout.write(f"{'written' if new != old else 'as it was'}: {page}\n")


if __name__ == "__main__":
    main()
