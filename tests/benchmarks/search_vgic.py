# SPDX-License-Identifier: GPL-2.0-only
"""How many executions each strategy needs to find each wrong kernel. Not a test: it prints.

    python tests/benchmarks/search_vgic.py [SEEDS] [EXECUTIONS_MAX]

Over all scenarios in turn, as `run -x` with nothing else named; medians over seeds. The portfolio
is as a campaign runs it, with what it learns. A rehearsal is not counted as an execution here.
"""

import sys
from statistics import median

from harness import Failed, OsThreads
from harness.behaviour import behaviour
from harness.strategies import ARMS, MIX, PORTFOLIO
from stress.garbage import Garbage
from stress.order import Order
from stress.scenarios import SCENARIOS
from stress.single import run_index
from stress.subject import Subject
from stress.work import is_looked_at
from vgic import BUGS, CANARY, DEFAULT, REVISIONS

SEEDS = 5
EXECUTIONS_MAX = 3000
COLUMNS = (*ARMS, "delays", MIX, PORTFOLIO)


def first_find(
    subject: Subject,
    strategy: str,
    seed: int,
    executions_max: int,
    carriers: OsThreads,
    garbage: Garbage,
) -> int:
    """Return the number of the first execution that fails, from 1; one too many if none does."""
    kernel = subject.kernel()
    order = Order(list(SCENARIOS), strategy, executions_max)
    for number in range(1, executions_max + 1):
        ((name, index),) = order.take(1)
        looked = strategy == PORTFOLIO and is_looked_at(strategy, index)
        execution = run_index(
            SCENARIOS[name], seed, index, strategy, kernel, carriers, listening=looked
        ).execution
        garbage.left()
        if isinstance(execution.outcome, Failed):
            return number
        showed = behaviour(execution.trace, execution.touches) if looked else None
        order.learn((name, index), None if showed is None else f"{name} {showed}")
    return executions_max + 1


def _cell(value: float, best: float, executions_max: int) -> str:
    if value > executions_max:
        return "-"
    return f"**{value:g}**" if value == best else f"{value:g}"


def main() -> None:
    """Print the table."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    executions_max = int(sys.argv[2]) if len(sys.argv) > 2 else EXECUTIONS_MAX
    subjects = [Subject(name) for name in REVISIONS if name != DEFAULT]
    subjects += [Subject(bugs=(name,)) for name in BUGS if name != CANARY]
    sys.stdout.write(f"| found on | {' | '.join(COLUMNS)} |\n|---|{'---:|' * len(COLUMNS)}\n")
    with OsThreads() as carriers, Garbage() as garbage:
        carriers.pin_caller()
        for subject in subjects:
            row = {
                strategy: median(
                    first_find(subject, strategy, seed, executions_max, carriers, garbage)
                    for seed in range(1, seeds + 1)
                )
                for strategy in COLUMNS
            }
            best = min(row[arm] for arm in ARMS)
            cells = [
                "-"
                if value > executions_max
                else f"**{value:g}**"
                if value == best
                else f"{value:g}"
                for value in row.values()
            ]
            sys.stdout.write(f"| {subject} | {' | '.join(cells)} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
