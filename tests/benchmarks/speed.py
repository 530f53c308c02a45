# SPDX-License-Identifier: GPL-2.0-only
"""How fast is the reference executed on one core, by strategy and carrier? Not a test: it prints.

    python tests/benchmarks/speed.py [EXECUTIONS [SCENARIO ...]]

Everything runs in one process on one pinned core, strategies and carriers in turn and three
rounds of it; the best round counts, since what else runs on the machine only ever slows it down.
"""

import sys
import time

from harness import OsThreads, Streams
from harness.engine.greenlets import Greenlets
from harness.search.strategies import STRATEGIES
from stress.executions.single import run
from stress.executions.target import Target
from stress.scenarios import SCENARIOS
from stress.scenarios.scenario import Scenario
from stress.system.garbage import Garbage

ROUNDS = 3


def measure(
    scenario: Scenario,
    strategy: str,
    carriers: OsThreads | Greenlets,
    executions: int,
    garbage: Garbage,
) -> tuple[float, float, float]:
    """Return executions/s, and steps and switches of an execution."""
    steps = switches = 0
    begin = time.perf_counter()
    for index in range(executions):
        streams = Streams(1, scenario.name, index)
        schedule = STRATEGIES[strategy](streams.stream("schedule"), scenario.length)
        execution = run(scenario.draw(streams), Target(), schedule, carriers).execution
        steps += execution.steps
        switches += execution.switches
        garbage.left()
    seconds = time.perf_counter() - begin
    return executions / seconds, steps / executions, switches / executions


def main() -> None:
    """Print the table."""
    executions = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with OsThreads() as threads, Greenlets() as greenlets, Garbage() as garbage:
        threads.pin_caller()
        sys.stdout.write(f"Python {sys.version.split()[0]}, core {threads.core}\n")
        for name in sys.argv[2:] or SCENARIOS:
            scenario = SCENARIOS[name]
            sys.stdout.write(f"{name}\n")
            rows: dict[tuple[str, str], tuple[float, float, float]] = {}
            for _ in range(ROUNDS):
                for strategy in STRATEGIES:
                    for carriers in (threads, greenlets):
                        row = measure(scenario, strategy, carriers, executions, garbage)
                        key = (strategy, carriers.name)
                        rows[key] = max(rows.get(key, row), row)
            for (strategy, carrier), (rate, steps, switches) in rows.items():
                sys.stdout.write(
                    f"  {strategy:<12} {carrier:<10} {rate:7.0f} executions/s"
                    f"  {steps:5.0f} steps  {switches:5.0f} switches\n"
                )


if __name__ == "__main__":
    main()
