# SPDX-License-Identifier: GPL-2.0-only
"""After how many executions `run` meets each race of Linux 7.3.4 that lies between two reads.

    python tests/benchmarks/faces.py [--seeds N] [--executions N]

Not a test: it prints a table. Over all scenarios in turn with nothing else named, as `run` chooses
executions. A failure is a race's if the reference's decisions on that race alone make its shrunk
token pass. What none of them mends, or more than one, is listed by itself.
"""

import sys
from argparse import ArgumentParser

from harness import Failed, OsThreads
from harness.search.behaviour import behaviour
from harness.search.strategies import PORTFOLIO
from stress.campaign.order import Order
from stress.executions import Target, Token, confirm, follow, run_index
from stress.jobs.work import is_looked_at
from stress.scenarios import SCENARIOS
from stress.shrinking import shrink
from stress.system.garbage import Garbage
from vgic.accesses import DISABLE, ENABLE, ROUTE
from vgic.data import LEVEL

REVISION = "linux-7.3"
REPLAYS_MAX = 400

MENDS = {
    "F2, the sort": ("sample_keys",),
    "F1": ("overflow_counts", "needs_sort"),
    "F3, the lost pend": ("latch_was_taken",),
}
FACES = (
    "F2, the sort", "F1, pending outside", "F1, active outside", "F1, a level line",
    "F3, the lost pend",
)  # fmt: skip


def face(token: Token, target: Target, carriers: OsThreads) -> str:
    """Say which race a token is of."""
    cured = []
    for name, methods in MENDS.items():
        followed = follow(token, target.with_reference_methods(methods), carriers)
        if followed.failure is None and not followed.no_verdict:
            cured.append(name)
    if cured != ["F1"]:
        return cured[0] if len(cured) == 1 else f"{token.signature}: {', '.join(cured) or 'none'}"
    if token.signature.startswith("I16"):
        return "F1, pending outside"
    kinds = {access.kind for guest in token.parameters.guests for access in guest.accesses}
    if kinds & {ROUTE, DISABLE, ENABLE}:
        return "F1, active outside"
    levels = {irq.intid for irq in token.parameters.irqs if irq.config is LEVEL}
    driven = {pulse.intid for pulses in token.parameters.devices for pulse in pulses}
    return "F1, a level line" if levels & driven else f"{token.signature}: F1, no level line"


def first_finds(
    seed: int, executions: int, target: Target, carriers: OsThreads, garbage: Garbage
) -> dict[str, tuple[int, str]]:
    """Return after how many executions of a seed each race was met, and its shrunk token."""
    portfolios = {name: scenario.portfolio for name, scenario in SCENARIOS.items()}
    order = Order(list(SCENARIOS), portfolios, executions)
    found: dict[str, tuple[int, str]] = {}
    for number in range(1, executions + 1):
        ((name, index),) = order.take(1)
        scenario = SCENARIOS[name]
        looked = is_looked_at(scenario, PORTFOLIO, index)
        single = run_index(scenario, seed, index, PORTFOLIO, target, carriers, listening=looked)
        garbage.left()
        execution = single.execution
        showed = behaviour(execution.trace, execution.touches) if looked else None
        order.learn((name, index), None if showed is None else f"{name} {showed}")
        if isinstance(execution.outcome, Failed):
            token, _ = confirm(single, name, target, carriers)
            shrunk = shrink(token, target, carriers, replays_max=REPLAYS_MAX).token
            found.setdefault(face(shrunk, target, carriers), (number, shrunk.encode()))
        if all(each in found for each in FACES):
            break
    return found


def main() -> None:
    """Print the table, and the tokens of the last seed."""
    parser = ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--executions", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=1)
    chosen = parser.parse_args()
    target = Target(REVISION)
    table: dict[str, list[str]] = {each: [] for each in FACES}
    found: dict[str, tuple[int, str]] = {}
    with OsThreads() as carriers, Garbage() as garbage:
        for seed in range(chosen.first, chosen.first + chosen.seeds):
            found = first_finds(seed, chosen.executions, target, carriers, garbage)
            for each in FACES:
                table[each].append(f"{found[each][0]:,}" if each in found else "-")
            others = sorted(set(found) - set(FACES))
            sys.stderr.write(f"seed {seed}: { ({each: n for each, (n, _) in found.items()}) }\n")
            for other in others:
                sys.stderr.write(f"seed {seed}, {other}: {found[other][1]}\n")
    for each, cells in table.items():
        sys.stdout.write(f"| {each} | {' | '.join(cells)} |\n")
    for each in FACES:
        if each in found:
            sys.stdout.write(f"{each}: {found[each][1]}\n")


if __name__ == "__main__":
    main()
