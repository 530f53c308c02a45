# SPDX-License-Identifier: GPL-2.0-only
"""Random sequences of accesses to the CPU interface, against an ideal one: as many as asked for.

    python -m tests.benchmarks.interface_alone 1000000

Not a test: the suite runs some thousands of them (tests/vgic/architecture/test_interface_alone.py).
"""

import sys
import time

from stress.system import say
from tests.vgic.architecture.interface_alone import ACCESSES, difference


def main(count: int) -> int:
    """Run sequences; print where the two part. Return how many do."""
    began, parted = time.perf_counter(), 0
    for seed in range(count):
        if found := difference(seed):
            parted += 1
            say(f"seed {seed}: {found}")
    seconds = time.perf_counter() - began
    say(f"{count} sequences of {ACCESSES} accesses, {parted} part, {seconds:.0f} s")
    return parted


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]))))
