# SPDX-License-Identifier: GPL-2.0-only
"""The mutation score of the upstream tests: which bugs they kill, in order and under schedules.

    python -m tests.benchmarks.upstream [SCHEDULES [BUG...]]

Not a test: it prints the table of docs/upstream-tests.md. Each test is run once in order on each
bug's kernel; then so many schedules, each of the next test in turn. Nothing but what the tests
expect judges.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from itertools import cycle

from harness import Carriers, OsThreads, Quiet, Streams
from harness.search.strategies import STRATEGIES
from stress.executions import Target, played
from stress.system import say
from stress.upstream import UPSTREAM
from vgic import BUGS

BUGS_ASKED = tuple(name for name, bug in BUGS.items() if "reference" in bug.revisions)
"""Those that can be put into the reference."""

STRATEGIES_ASKED = ("random-walk", "pct", "burst", "pos")


def killers(bug: str, carriers: Carriers) -> list[str]:
    """Return the tests that fail with a bug, each run once in order."""
    kernel = Target(bugs=(bug,)).kernel
    return [name for name, play in UPSTREAM.items() if played(play, kernel, Quiet(), carriers)]


def in_order(bug: str, carriers: Carriers) -> str:
    """Return the cell of a bug that says which tests kill it in order."""
    return _cell(killers(bug, carriers))


def _cell(names: list[str]) -> str:
    return f"{len(names)}: {_family(names[0])}" if names else "no"


def _family(name: str) -> str:
    """Return what a test is called, without its parameters."""
    words = name.split("_")
    return "_".join(word for word in words if not word.isdigit() and word not in _PARAMETERS)


_PARAMETERS = {"edge", "level", "joint", "split"}


def under_schedules(bug: str, schedules: int, carriers: Carriers) -> str:
    """Return the cell of a bug that says how many schedules kill it, and which tests."""
    kernel = Target(bugs=(bug,)).kernel
    killed: Counter[str] = Counter()
    for index, name in zip(range(schedules), cycle(UPSTREAM), strict=False):
        stream = Streams(index, name, 0).stream("schedule")
        strategy = STRATEGIES[STRATEGIES_ASKED[index % len(STRATEGIES_ASKED)]](stream, 500)
        if played(UPSTREAM[name], kernel, strategy, carriers):
            killed[_family(name)] += 1
    if not killed:
        return "no"
    return f"{sum(killed.values())}: {killed.most_common(1)[0][0]}"


def rows(schedules: int, bugs: list[str]) -> Iterator[str]:
    """Yield the rows of the table."""
    yield f"| bug | in order | of {schedules} schedules | the guest sees it |"
    yield "| --- | --- | --- | --- |"
    with OsThreads() as carriers:
        for bug in bugs or BUGS_ASKED:
            cells = in_order(bug, carriers), under_schedules(bug, schedules, carriers)
            sees = "yes" if BUGS[bug].guest_sees else "no"
            yield f"| `{bug}` | {cells[0]} | {cells[1]} | {sees} |"


if __name__ == "__main__":
    for row in rows(int(sys.argv[1]) if sys.argv[1:] else 1_000, sys.argv[2:]):
        say(row)
