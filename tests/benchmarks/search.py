# SPDX-License-Identifier: GPL-2.0-only
"""How many executions each strategy needs to find each example's bug. Not a test: it prints.

    python tests/benchmarks/search.py [SEEDS] [EXECUTIONS_MAX] [PLOT.svg]

Medians over seeds of the number of the first execution that fails; a strategy that rehearses has
its rehearsals counted as executions too. An execution of some number has the same stream whatever
its strategy, as in a campaign. Exhaustive exploration, which has no seed, is the last
two columns. Where matplotlib can be imported and a file is named, the table becomes a picture.
"""

import sys
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from statistics import median

from harness import Failed, OsThreads, Scheduler, Stream, execute
from harness.search.behaviour import behaviour
from harness.search.explore import Exploration, every_behaviour, every_schedule
from harness.search.strategies import ARMS_FOR_ONE_PROGRAM, PORTFOLIO, STRATEGIES
from stress.campaign.portfolio import Portfolio
from tests.programs import EXAMPLES, Example

SEEDS = 20
EXECUTIONS_MAX = 5000
EXPLORATIONS: dict[str, Callable[..., Exploration]] = {
    "every schedule": every_schedule,
    "every behaviour": every_behaviour,
}
Row = dict[str, float]


def first_find(
    example: Example,
    strategy: str,
    seed: int,
    length: int,
    executions_max: int,
    carriers: OsThreads,
) -> int:
    """Return how many runs of the program it took, more than the most allowed if it was none."""
    runs = 0

    def counted(scheduler: Scheduler) -> None:
        nonlocal runs
        runs += 1
        example.buggy(scheduler)

    index = 0
    while runs < executions_max:
        schedule = STRATEGIES[strategy](Stream(seed, "search", index), length)
        if isinstance(execute(counted, schedule, carriers).outcome, Failed):
            return runs
        index += 1
    return executions_max + 1


def first_by_portfolio(
    example: Example, seed: int, length: int, executions_max: int, carriers: OsThreads
) -> int:
    """Return the same for the portfolio, as a campaign of this one program would run it."""
    runs = 0

    def counted(scheduler: Scheduler) -> None:
        nonlocal runs
        runs += 1
        example.buggy(scheduler)

    portfolio = Portfolio(ARMS_FOR_ONE_PROGRAM)
    for epoch in count():
        for number in portfolio.take(epoch):
            stream = Stream(seed, "search", number)
            schedule = STRATEGIES[ARMS_FOR_ONE_PROGRAM[number % len(ARMS_FOR_ONE_PROGRAM)]](
                stream, length
            )
            execution = execute(counted, schedule, carriers, touches=[])
            if isinstance(execution.outcome, Failed):
                return runs
            if runs >= executions_max:
                return executions_max + 1
            portfolio.learn(number, behaviour(execution.trace, execution.touches))
    raise AssertionError("the epochs do not end")


class _Found(Exception):
    """Ends an exploration."""


def first_explored(
    explore: Callable[..., Exploration], example: Example, executions_max: int, carriers: OsThreads
) -> int:
    """Return how many executions an exploration needs."""
    executions = 0

    def heard(execution: object) -> None:
        nonlocal executions
        executions += 1
        if isinstance(getattr(execution, "outcome", None), Failed):
            raise _Found

    try:
        explore(example.buggy, carriers, executions_max=executions_max, heard=heard)
    except _Found:
        return executions
    return executions_max + 1


def measure(seeds: int, executions_max: int, carriers: OsThreads) -> dict[str, Row]:
    """Return the medians by example and strategy."""
    rows: dict[str, Row] = {}
    for name, example in EXAMPLES.items():
        length = example.length(carriers)
        rows[name] = {
            strategy: median(
                first_find(example, strategy, seed, length, executions_max, carriers)
                for seed in range(seeds)
            )
            for strategy in STRATEGIES
        }
        rows[name][PORTFOLIO] = median(
            first_by_portfolio(example, seed, length, executions_max, carriers)
            for seed in range(seeds)
        )
        for what, explore in EXPLORATIONS.items():
            rows[name][what] = first_explored(explore, example, executions_max, carriers)
    return rows


def table(rows: dict[str, Row], executions_max: int) -> str:
    """Return the medians as a Markdown table, the best of each line in bold."""
    columns = [*STRATEGIES, PORTFOLIO, *EXPLORATIONS]
    lines = [f"| bug | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    for name, row in rows.items():
        cells = ["-" if row[column] > executions_max else f"{row[column]:g}" for column in columns]
        best = min(row.values())
        marked = [
            f"**{cell}**" if row[column] == best else cell
            for column, cell in zip(columns, cells, strict=True)
        ]
        lines.append(f"| {name} | {' | '.join(marked)} |")
    return "\n".join(lines)


def plot(rows: dict[str, Row], path: Path) -> bool:
    """Draw the medians, a line of points for each bug; False if there is nothing to draw with."""
    try:
        from matplotlib import pyplot
    except ImportError:
        return False
    columns: Sequence[str] = [*STRATEGIES, PORTFOLIO, *EXPLORATIONS]
    figure, axes = pyplot.subplots(figsize=(9, 0.4 * len(rows) + 1.5), layout="constrained")
    for column, marker in zip(columns, "ospvD^<Xh*P", strict=True):
        axes.scatter(
            [row[column] for row in rows.values()], list(rows), label=column, marker=marker
        )
    axes.set_xscale("log")
    axes.set_xlabel("runs to the first find, median")
    axes.invert_yaxis()
    axes.grid(alpha=0.3)
    figure.legend(loc="outside right upper")
    figure.savefig(path, metadata={"Date": None})
    return True


def main() -> None:
    """Print the table and draw the plot."""
    arguments = [int(word) for word in sys.argv[1:3]]
    seeds, executions_max = (*arguments, *(SEEDS, EXECUTIONS_MAX)[len(arguments) :])
    with OsThreads() as carriers:
        carriers.pin_caller()
        rows = measure(seeds, executions_max, carriers)
    sys.stdout.write(table(rows, executions_max) + "\n")
    if len(sys.argv) > 3 and not plot(rows, Path(sys.argv[3])):
        sys.stderr.write("no plot: matplotlib cannot be imported\n")


if __name__ == "__main__":
    main()
