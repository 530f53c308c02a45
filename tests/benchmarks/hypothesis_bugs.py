# SPDX-License-Identifier: GPL-2.0-only
"""Which bugs `@given(machines())` alone finds, and how small. Not a test: it prints a table.

    python tests/benchmarks/hypothesis_bugs.py [SEEDS] [BUG ...]

Hypothesis has its default settings but for its database. The size of what it has shrunk is that of
the program; beside it stands that of what `vgic-stress run` first finds with the bug and shrinks.
"""

import sys

from hypothesis import find, given, seed, settings

from harness import Failed, OsThreads
from harness.search.strategies import PORTFOLIO
from stress.executions import Target, run_index
from stress.findings import look_into
from stress.hypothesis import MachineFailed, check_machine, machines
from stress.scenarios import SCENARIOS
from stress.shrinking import REPLAYS, Size
from vgic import Parameters
from vgic.bugs import BUGS, BUGS_OF_RACES

SEEDS = 3
EXECUTIONS_MAX = 4_000


def by_hypothesis(bug: str, number: int) -> tuple[int, Size | None]:
    """Return how many machines it took to find a bug, and how small it was made; None if not."""
    tried, first = 0, 0
    races = ("races",) if bug in BUGS_OF_RACES else ()

    @seed(number)
    @settings(database=None)
    @given(machines())
    def test(machine: Parameters) -> None:
        nonlocal tried, first
        tried += 1
        try:
            check_machine(machine, bugs=bug, check=races, name="hypothesis_bugs")
        except MachineFailed:
            first = first or tried
            raise

    try:
        test()
    except MachineFailed as failed:
        return first, failed.example.after
    return tried, None


def by_run(bug: str, number: int, carriers: OsThreads) -> Size | None:
    """Return how small the first finding of a run is made; None if there is none."""
    target = Target(bugs=(bug,), races=bug in BUGS_OF_RACES)
    for execution in range(EXECUTIONS_MAX):
        index, which = divmod(execution, len(SCENARIOS))
        scenario = list(SCENARIOS.values())[which]
        single = run_index(scenario, number, index, PORTFOLIO, target, carriers)
        if isinstance(single.execution.outcome, Failed):
            return look_into(single, scenario.name, target, carriers, replays_max=REPLAYS).after
    return None


def size_text(size: Size | None) -> str:
    """Return what there is of a program to understand: threads, interrupts, operations."""
    return "-" if size is None else f"{size.threads}, {size.irqs}, {size.operations}"


def main() -> None:
    """Print the table."""
    seeds = range(1, (int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS) + 1)
    bugs = sys.argv[2:] or [*BUGS, *BUGS_OF_RACES]
    sys.stdout.write("| bug | found | machines until then | its size | size by `run` |\n")
    sys.stdout.write("| --- | ---: | --- | --- | --- |\n")
    # When it first draws, Hypothesis reads all sources of an editable install: none is slow for it.
    find(machines(), lambda machine: True)
    with OsThreads() as carriers:
        for bug in bugs:
            found = [by_hypothesis(bug, number) for number in seeds]
            ours = [by_run(bug, number, carriers) for number in seeds]
            count = sum(size is not None for _, size in found)
            tried = ", ".join("-" if size is None else str(number) for number, size in found)
            theirs = "; ".join(size_text(size) for _, size in found)
            sizes = "; ".join(map(size_text, ours))
            sys.stdout.write(
                f"| `{bug}` | {count} of {len(seeds)} | {tried} | {theirs} | {sizes} |\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
