# SPDX-License-Identifier: GPL-2.0-only
"""`python -m stress`, the same as the command vgic-stress.

Every worker process imports this file again, and has no use for the command line: so that is
imported only when it is called.
"""

import sys
from pathlib import Path


def main() -> None:
    """Run the command line."""
    _forget_the_working_directory()
    from stress.cli import main as command_line

    command_line()


def _forget_the_working_directory() -> None:
    """Import nothing from the current directory, which `python -m` has put first.

    A patch there may be called queue.py or signal.py. It stays where we come from there ourselves.
    """
    here = Path(__file__).resolve().parent.parent
    spec = sys.modules["__main__"].__spec__
    run_by_name = spec is not None and spec.name == "stress.__main__"
    if run_by_name and not sys.flags.safe_path and Path(sys.path[0]).resolve() != here:
        del sys.path[0]


if __name__ == "__main__":
    main()
