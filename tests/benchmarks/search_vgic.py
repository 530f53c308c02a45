# SPDX-License-Identifier: GPL-2.0-only
"""How many runs each strategy needs to find each wrong kernel. Not a test: it prints.

    python tests/benchmarks/search_vgic.py [SEEDS] [RUNS_MAX]

Over all scenarios in turn, as `run -x` with nothing else named; medians over seeds. The portfolio
is as a campaign runs it, with what it learns. A rehearsal is counted as a run.
"""

import sys
from statistics import median

from harness import Failed, OsThreads, Scheduler, Streams, execute
from harness.search.behaviour import behaviour
from harness.search.strategies import MIX, PORTFOLIO, STRATEGIES
from stress.campaign.order import Order
from stress.executions.target import Target
from stress.jobs.work import is_looked_at
from stress.scenarios import SCENARIOS
from stress.system.garbage import Garbage
from vgic import BUGS, CANARY, DEFAULT, REVISIONS, Machine, Parameters

SEEDS = 5
RUNS_MAX = 2000
COLUMNS = (*STRATEGIES, MIX, PORTFOLIO)


def first_find(
    target: Target,
    strategy: str,
    seed: int,
    runs_max: int,
    carriers: OsThreads,
    garbage: Garbage,
) -> int:
    """Return how many runs it took to find a failure; more than the most if it was none."""
    kernel = target.kernel
    portfolios = {
        name: scenario.portfolio for name, scenario in SCENARIOS.items() if strategy == PORTFOLIO
    }
    order = Order(list(SCENARIOS), portfolios, runs_max)
    runs = 0
    while runs < runs_max:
        ((name, index),) = order.take(1)
        scenario = SCENARIOS[name]
        looked = strategy == PORTFOLIO and is_looked_at(scenario, strategy, index)
        streams = Streams(seed, name, index)
        parameters = scenario.draw(streams)
        chosen = STRATEGIES[scenario.strategy(strategy, index)]
        schedule = chosen(streams.stream("schedule"), scenario.length)

        def counted(scheduler: Scheduler, parameters: Parameters = parameters) -> None:
            nonlocal runs
            runs += 1
            Machine(scheduler, parameters, kernel)

        execution = execute(counted, schedule, carriers, touches=[] if looked else None)
        garbage.left()
        if isinstance(execution.outcome, Failed):
            return runs
        showed = behaviour(execution.trace, execution.touches) if looked else None
        order.learn((name, index), None if showed is None else f"{name} {showed}")
    return runs_max + 1


def _cell(value: float, best: float, runs_max: int) -> str:
    if value > runs_max:
        return "-"
    return f"**{value:g}**" if value == best else f"{value:g}"


def main() -> None:
    """Print the table."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    runs_max = int(sys.argv[2]) if len(sys.argv) > 2 else RUNS_MAX
    targets = [Target(name) for name in REVISIONS if name != DEFAULT]
    targets += [Target(bugs=(name,)) for name in BUGS if name != CANARY]
    sys.stdout.write(f"| found on | {' | '.join(COLUMNS)} |\n|---|{'---:|' * len(COLUMNS)}\n")
    with OsThreads() as carriers, Garbage() as garbage:
        carriers.pin_caller()
        for target in targets:
            row = {
                strategy: median(
                    first_find(target, strategy, seed, runs_max, carriers, garbage)
                    for seed in range(1, seeds + 1)
                )
                for strategy in COLUMNS
            }
            best = min(row[strategy] for strategy in STRATEGIES)
            cells = [_cell(value, best, runs_max) for value in row.values()]
            sys.stdout.write(f"| {target} | {' | '.join(cells)} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
