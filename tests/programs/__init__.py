# SPDX-License-Identifier: GPL-2.0-only
"""Small programs to measure a search by: classic bugs, each beside its repair.

They show what a program for the harness looks like, and they are the yardstick: how many
executions each strategy needs (tests/benchmarks/search.py), and what exhaustive exploration says
of them. Their shared state is in primitives or guarded by a lock. `counted` has programs without
a bug whose number of behaviours is known.
"""

from tests.programs import counters, lockless, locks, waits
from tests.programs.example import Example, Program

EXAMPLES = {
    example.written.__name__: example
    for example in (
        Example(counters.get_then_set, "lost update"),
        Example(counters.one_round_unlocked, "lost update"),
        Example(locks.crosswise, "deadlock"),
        Example(lockless.depth_three, "flag seen"),
        Example(counters.tickets, "same ticket"),
        Example(counters.reference_revived, "use after free"),
        Example(locks.philosophers, "deadlock"),
        Example(locks.readers_and_writer, "torn read"),
        Example(locks.checked_twice, "uninitialised"),
        Example(waits.stolen_item, "empty buffer"),
        Example(waits.wrong_one_woken, "deadlock"),
        Example(waits.lost_wake_up, "deadlock"),
        Example(lockless.half_done, "half done"),
        Example(lockless.work_stealing, "taken twice"),
        Example(lockless.same_head_again, "head gone"),
    )
}

__all__ = ["EXAMPLES", "Example", "Program"]
