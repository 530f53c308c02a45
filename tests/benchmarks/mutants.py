# SPDX-License-Identifier: GPL-2.0-only
"""Flip each decision of the kernel: how many executions until it is found? Not a test: it prints.

    python tests/benchmarks/mutants.py [EXECUTIONS]

Beside the named bugs, a mutant for each decision that none of them flips. Then the lock bug with
the order checker off, so that only the deadlock itself tells.
"""

import statistics
import sys

from harness import Failed, OsThreads, Scheduler, Streams, execute
from harness.strategies import MIX, STRATEGIES
from stress.scenarios import SCENARIOS
from stress.single import run_index
from vgic import BUGS, V1, Machine
from vgic.irq import VgicIrq
from vgic.vm import Vcpu

SEEDS = 5


class QueueWithoutRecheck(V1):
    """Flips still_to_queue."""

    def still_to_queue(self, irq: VgicIrq, vcpu: Vcpu) -> bool:
        """Do not look again."""
        return True


class EoicountMinusOne(V1):
    """Flips eoicount_to_account the other way (m04)."""

    def eoicount_to_account(self, vcpu: Vcpu) -> int:
        """Count one too few."""
        return max(0, vcpu.vgic_cpu.vgic_hcr.eoicount - 1)


class SortIgnoresPriority(V1):
    """Flips the last key of sort_key (m20)."""

    def sort_key(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[bool | int, ...]:
        """Leave the priority out."""
        return super().sort_key(vcpu, irq)[:3]


class SortIgnoresTarget(V1):
    """Flips the first key of sort_key (VB-09)."""

    def sort_key(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[bool | int, ...]:
        """Leave out whether the entry belongs here."""
        return super().sort_key(vcpu, irq)[1:]


class SpliceAtHead(V1):
    """Flips where replug_overflow puts the overflow."""

    def replug_overflow(self, vcpu: Vcpu) -> None:
        """Put it in front."""
        ap_list, overflow = vcpu.vgic_cpu.ap_list_head, vcpu.vgic_cpu.overflow_ap_list_head
        if not overflow.empty:
            overflow.splice_tail_init(ap_list)
            ap_list.splice_tail_init(overflow)


class EarlyOutside(V1):
    """Flips leaves_guest_mode_before_sync."""

    def leaves_guest_mode_before_sync(self) -> bool:
        """As before September 2026."""
        return True


MUTANTS: dict[str, type[V1]] = {
    **BUGS,
    **{
        cls.__name__: cls
        for cls in (
            QueueWithoutRecheck,
            EoicountMinusOne,
            SortIgnoresPriority,
            SortIgnoresTarget,
            SpliceAtHead,
            EarlyOutside,
        )
    },
}


def find(kernel: type[V1], seed: int, executions: int, carriers: OsThreads) -> tuple[int, str]:
    """Return after how many executions it is found (0: not), and as what kind."""
    for number in range(executions):
        index, which = divmod(number, len(SCENARIOS))
        scenario = list(SCENARIOS.values())[which]
        outcome = run_index(scenario, seed, index, MIX, kernel, carriers).execution.outcome
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
            Machine(scheduler, parameters, BUGS["two_locks_unordered"], lock_order=False)  # noqa: B023

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
