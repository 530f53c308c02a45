# SPDX-License-Identifier: GPL-2.0-only
"""Flip each decision of the kernel: how many executions until it is found? Not a test: it prints.

    python tests/benchmarks/mutants.py [EXECUTIONS]

The named bugs, and the mutants of tests/vgic/kernel/test_mutants.py, over all scenarios in turn.
Then the lock bug with the order checker off, so that only the deadlock itself tells.
"""

import runpy
import statistics
import sys
from pathlib import Path

from harness import Failed, OsThreads, Scheduler, Streams, execute
from harness.search.strategies import MIX, STRATEGIES
from stress.executions.single import run_index
from stress.executions.target import Target
from stress.scenarios import SCENARIOS
from vgic import BUGS, CANARY, Machine, Mechanism

SEEDS = 5


_TESTED = runpy.run_path(str(Path(__file__).parents[1] / "vgic" / "kernel" / "test_mutants.py"))
MUTANTS: dict[str, type[Mechanism]] = {
    **{name: bug.cls for name, bug in BUGS.items() if name != CANARY},
    **{mutant.__name__: mutant for mutant in (*_TESTED["FOUND_AS"], *_TESTED["EQUIVALENT"])},
}


def find(
    kernel: type[Mechanism], seed: int, executions: int, carriers: OsThreads
) -> tuple[int, str]:
    """Return after how many executions it is found (0: not), and as what kind."""
    target = Target(cls=kernel)
    for number in range(executions):
        index, which = divmod(number, len(SCENARIOS))
        scenario = list(SCENARIOS.values())[which]
        single = run_index(scenario, seed, index, MIX, target, carriers)
        outcome = single.execution.outcome
        if isinstance(outcome, Failed):
            return number + 1, outcome.failure.kind
    return 0, ""


def find_deadlock(name: str, seed: int, executions: int, carriers: OsThreads) -> int:
    """Return after how many executions two_locks_unordered hangs, without the order checker."""
    scenario = SCENARIOS[name]
    for index in range(executions):
        streams = Streams(seed, name, index)
        parameters = scenario.draw(streams)
        chosen = STRATEGIES[scenario.strategy(MIX, index)](
            streams.stream("schedule"), scenario.length
        )

        def program(scheduler: Scheduler) -> None:
            Machine(scheduler, parameters, BUGS["two_locks_unordered"].cls, lock_order=False)  # noqa: B023

        outcome = execute(program, chosen, carriers).outcome
        if isinstance(outcome, Failed):
            assert outcome.failure.kind == "deadlock", outcome
            return index + 1
    return 0


def main() -> None:
    """Print the table."""
    executions = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with OsThreads() as carriers:
        carriers.pin_caller()
        for name, kernel in MUTANTS.items():
            found = [find(kernel, seed, executions, carriers) for seed in range(1, SEEDS + 1)]
            counts = [count for count, _ in found]
            kinds = ", ".join(sorted({kind for _, kind in found if kind})) or "not found"
            sys.stdout.write(f"{name:<28} {counts!s:<28} {kinds}\n")
            sys.stdout.flush()
        for name in ("migration_ping_pong", "reroute_while_pruning", "random_program"):
            counts = [find_deadlock(name, s, 5 * executions, carriers) for s in range(1, SEEDS + 1)]
            sys.stdout.write(
                f"two_locks_unordered, order checker off, {name}: {counts}, "
                f"median {statistics.median(counts)}\n"
            )


if __name__ == "__main__":
    main()
