# SPDX-License-Identifier: GPL-2.0-only
"""How much exploring by behaviour saves over every schedule. Not a test: it prints.

    python tests/benchmarks/reduction.py [SCHEDULES_MAX]

All schedules, those of at most two preemptions, and one for each behaviour, of small programs; and
which failures each way comes to: all three agree, or the line says so.
"""

import sys

from harness.engine.greenlets import Greenlets
from harness.search.explore import every_behaviour, every_schedule
from tests.programs import EXAMPLES, Program
from tests.programs.counted import file_system, indexer, last_zero, readers, sections, writes

SCHEDULES_MAX = 200_000

PROGRAMS: dict[str, Program] = {
    "writes(2, 4)": writes(2, 4),
    "writes(3, 2)": writes(3, 2),
    "readers(3)": readers(3),
    "last_zero(2)": last_zero(2),
    "indexer(2)": indexer(2),
    "file_system(3)": file_system(3),
    "sections(2, 2)": sections(2, 2),
    **{name: example.buggy for name, example in EXAMPLES.items()},
}


def main() -> None:
    """Print the table."""
    schedules_max = int(sys.argv[1]) if len(sys.argv) > 1 else SCHEDULES_MAX
    sys.stdout.write("| program | schedules | to two preemptions | behaviours | ratio | fails |\n")
    sys.stdout.write("|---|---:|---:|---:|---:|---|\n")
    with Greenlets() as carriers:
        for name, program in PROGRAMS.items():
            everything = every_schedule(program, carriers, executions_max=schedules_max)
            if not everything.complete:
                continue
            bounded = every_schedule(program, carriers, preemptions=2, executions_max=schedules_max)
            reduced = every_behaviour(program, carriers, executions_max=schedules_max)
            failures = set(everything.failures)
            agree = failures == set(bounded.failures) == set(reduced.failures)
            fails = "yes" if failures else "no"
            sys.stdout.write(
                f"| {name} | {everything.executions} | {bounded.executions} | "
                f"{reduced.executions} | {everything.executions / reduced.executions:.1f} | "
                f"{fails if agree else 'DISAGREE'} |\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
