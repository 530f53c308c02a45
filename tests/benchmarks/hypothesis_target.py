# SPDX-License-Identifier: GPL-2.0-only
"""Whether Hypothesis finds more when it is told where a machine came. Not a test: it prints.

    python tests/benchmarks/hypothesis_target.py [SEEDS] [EXAMPLES] [BUG ...]

The same number of machines with `target()` and without, under the same seeds, ten executions each;
how many seeds find the bug, and after how many machines.
"""

import sys
from statistics import median

from hypothesis import HealthCheck, Phase, find, given, seed, settings

from stress.hypothesis import MachineFailed, aiming, check_machine, machines
from vgic import Parameters

SEEDS = 20
EXAMPLES = 100
EXECUTIONS = 10
BUGS = ("no_kick_after_migration", "two_locks_unordered", "eoicount_plus_one")


def first_find(bug: str, number: int, examples: int) -> int:
    """Return how many machines it takes to find a bug; 0 if it is not found."""
    tried = 0

    @seed(number)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.target],
        suppress_health_check=list(HealthCheck),
    )
    @given(machines())
    def test(machine: Parameters) -> None:
        nonlocal tried
        if first:
            return
        tried += 1
        try:
            check_machine(machine, bugs=bug, executions=EXECUTIONS, name="hypothesis_target")
        except MachineFailed:
            first.append(tried)

    first: list[int] = []
    test()
    return first[0] if first else 0


def main() -> None:
    """Print the table."""
    seeds = range(1, (int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS) + 1)
    examples = int(sys.argv[2]) if len(sys.argv) > 2 else EXAMPLES
    find(machines(), lambda machine: True)
    sys.stdout.write("| bug | `target()` | found | machines until then, median |\n")
    sys.stdout.write("| --- | --- | ---: | ---: |\n")
    for bug in sys.argv[3:] or BUGS:
        for aimed in (True, False):
            aiming.EXAMPLES_MIN = 0 if aimed else sys.maxsize
            finds = [first_find(bug, number, examples) for number in seeds]
            found = [each for each in finds if each]
            middle = f"{median(found):g}" if found else "-"
            told = "with" if aimed else "without"
            sys.stdout.write(f"| `{bug}` | {told} | {len(found)} of {len(finds)} | {middle} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
