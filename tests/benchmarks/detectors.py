# SPDX-License-Identifier: GPL-2.0-only
"""What each detector costs, and whether it judges its programs right. Not a test: it prints.

    python tests/benchmarks/detectors.py [SCHEDULES]

Cost: random_program on the reference, with and without, in turn and three rounds of it; the best
round of each counts. Then every program with a defect and every near miss runs under so many
schedules, 10,000 unless said otherwise, of all strategies that need no rehearsal: a defect has to
be found and a near miss has to pass under each of them.
"""

import sys
import time
from collections import Counter

from harness import Failed, OsThreads, Scheduler, Stream, Streams, execute
from harness.search.strategies import RUNS, STRATEGIES
from stress.scenarios import SCENARIOS
from stress.system.garbage import Garbage
from tests.programs import data_race, lifetime, lock_order, progress, wait_types
from tests.programs.example import Program
from vgic import Machine, Mechanism, Parameters, Reference, with_races_checked

ROUNDS = 3
EXECUTIONS = 300
SCHEDULES = 10_000
LENGTH = 30
How = tuple[type[Mechanism], bool]
"""A kernel, and whether the order of locks is checked."""

COSTS: dict[str, tuple[How, How]] = {
    "lock order": ((Reference, False), (Reference, True)),
    "data races": ((Reference, True), (with_races_checked(Reference), True)),
}
PROGRAMS = {
    "lock order": (lock_order.DEFECTS, lock_order.NEAR_MISSES),
    "wait types": (wait_types.DEFECTS, wait_types.NEAR_MISSES),
    "data races": (data_race.DEFECTS, data_race.NEAR_MISSES),
    "lifetime": (lifetime.DEFECTS, lifetime.NEAR_MISSES),
    "progress": (progress.DEFECTS, progress.NEAR_MISSES),
}


def rate(how: How, strategy: str, carriers: OsThreads, garbage: Garbage) -> float:
    """Return steps a second."""
    kernel, lock_order_checked = how
    scenario = SCENARIOS["random_program"]
    steps = 0
    begin = time.perf_counter()
    for index in range(EXECUTIONS):
        streams = Streams(1, scenario.name, index)
        parameters = scenario.draw(streams)
        schedule = STRATEGIES[strategy](streams.stream("schedule"), scenario.length)

        def program(scheduler: Scheduler, parameters: Parameters = parameters) -> None:
            Machine(scheduler, parameters, kernel, lock_order=lock_order_checked)

        steps += execute(program, schedule, carriers).steps
        garbage.left()
    return steps / (time.perf_counter() - begin)


def costs(carriers: OsThreads, garbage: Garbage) -> None:
    """Print what each detector costs."""
    sys.stdout.write(
        "| detector | strategy | steps/s without | with | ratio |\n|---|---|---:|---:|---:|\n"
    )
    for name, hows in COSTS.items():
        for strategy in ("burst", "pct"):
            best = [0.0, 0.0]
            for _ in range(ROUNDS):
                for which, how in enumerate(hows):
                    best[which] = max(best[which], rate(how, strategy, carriers, garbage))
            without, checked = best
            sys.stdout.write(
                f"| {name} | {strategy} | {without:,.0f} | {checked:,.0f} | "
                f"{without / checked:.2f} |\n"
            )
            sys.stdout.flush()


def judged(program: Program, schedules: int, carriers: OsThreads) -> Counter[str]:
    """Return how many schedules gave each kind of failure."""
    strategies = [name for name in STRATEGIES if name not in RUNS]
    kinds: Counter[str] = Counter()
    for number in range(schedules):
        chosen = STRATEGIES[strategies[number % len(strategies)]]
        strategy = chosen(Stream("detectors", number), LENGTH)
        outcome = execute(program, strategy, carriers).outcome
        if isinstance(outcome, Failed):
            kinds[outcome.failure.kind] += 1
    return kinds


def main() -> None:
    """Print the tables."""
    schedules = int(sys.argv[1]) if len(sys.argv) > 1 else SCHEDULES
    with OsThreads() as carriers, Garbage() as garbage:
        carriers.pin_caller()
        costs(carriers, garbage)
        sys.stdout.write("\n| detector | program | | failed | as |\n|---|---|---|---:|---|\n")
        for detector, (defects, near_misses) in PROGRAMS.items():
            for wrong, programs in ((True, defects), (False, near_misses)):
                for name, program in programs.items():
                    kinds = judged(program, schedules, carriers)
                    right = bool(kinds) is wrong
                    sys.stdout.write(
                        f"| {detector} | {name} | {'' if right else 'MISJUDGED'} | "
                        f"{sum(kinds.values())} of {schedules} | {', '.join(sorted(kinds))} |\n"
                    )
                    sys.stdout.flush()


if __name__ == "__main__":
    main()
