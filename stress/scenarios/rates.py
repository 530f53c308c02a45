# SPDX-License-Identifier: GPL-2.0-only
"""The rates at which the reference crosses the windows that scenarios are there for.

In per cent of 2,000 executions of each strategy, written by `tests/benchmarks/floors.py --write`,
which keeps the choice of windows: to have a floor for another one enter a row. What is asked of a
campaign for them: floors.py.
"""

RATES: dict[str, dict[str, dict[str, float]]] = {
    "inject_while_eoicount": {
        "overflow": {"random-walk": 62.5, "pct": 48.1, "burst": 53.1},
        "eoicount": {"random-walk": 38.5, "pct": 26.2, "burst": 35.8},
        "aborted_entry": {"random-walk": 78.2, "pct": 13.9, "burst": 53.8},
        "arrival_with_overflow": {"random-walk": 10.5, "pct": 0.9, "burst": 7.5},
        "split": {"random-walk": 58.2, "pct": 48.4, "burst": 53.0},
    },
    "overflow_nested_deeply": {
        "split": {"random-walk": 95.7, "pct": 75.9, "burst": 94.7},
        "aborted_entry_with_overflow": {"random-walk": 81.4, "pct": 13.6, "burst": 59.8},
        "eoicount_of_two": {"random-walk": 32.9, "pct": 3.8, "burst": 32.5},
        "arrival_with_overflow": {"random-walk": 51.1, "pct": 2.8, "burst": 47.9},
    },
    "handlers_held_open": {
        "overflow": {"random-walk": 85.2, "pct": 69.2, "burst": 80.2},
        "eoicount": {"random-walk": 57.8, "pct": 45.0, "burst": 55.5},
    },
    "migration_ping_pong": {
        "migration": {"random-walk": 85.5, "pct": 64.5, "burst": 78.2},
        "aborted_entry": {"random-walk": 94.3, "pct": 22.9, "burst": 72.7},
    },
    "reroute_while_pruning": {
        "migration": {"random-walk": 87.8, "pct": 63.0, "burst": 80.0},
        "prune_recheck": {"random-walk": 12.9, "pct": 0.6, "burst": 6.7},
        "two_prune_retries": {"random-walk": 19.7, "pct": 13.7, "burst": 17.4},
        "queue_retry": {"random-walk": 36.8, "pct": 2.9, "burst": 24.8},
    },
    "reroute_before_entry": {
        "migration": {"random-walk": 59.3, "pct": 57.4, "burst": 59.5},
        "aborted_entry": {"random-walk": 70.4, "pct": 11.2, "burst": 31.8},
        "overflow": {"random-walk": 79.5, "pct": 49.5, "burst": 56.6},
    },
    "inject_before_entry": {
        "aborted_entry": {"random-walk": 72.5, "pct": 14.1, "burst": 32.8},
        "queue_retry": {"random-walk": 12.6, "pct": 2.5, "burst": 5.5},
    },
    "level_lines_toggle": {
        "overflow": {"random-walk": 63.6, "pct": 47.0, "burst": 58.1},
        "eoicount": {"random-walk": 53.4, "pct": 44.0, "burst": 51.9},
        "queue_retry": {"random-walk": 17.2, "pct": 4.0, "burst": 14.1},
    },
    "many_interrupts": {
        "overflow": {"random-walk": 73.2, "pct": 35.5, "burst": 47.9},
        "eoicount_of_two": {"random-walk": 18.5, "pct": 17.7, "burst": 18.3},
    },
    "misbehaving_guest": {
        "overflow": {"random-walk": 90.7, "pct": 73.5, "burst": 82.3},
        "eoicount": {"random-walk": 30.2, "pct": 5.2, "burst": 24.1},
    },
    "guests_that_wait": {
        "wait": {"random-walk": 86.5, "pct": 88.3, "burst": 87.1},
        "wake_up": {"random-walk": 26.4, "pct": 51.0, "burst": 42.0},
        "other_cpu": {"random-walk": 69.0, "pct": 74.3, "burst": 72.3},
        "tick": {"random-walk": 13.2, "pct": 21.1, "burst": 11.9},
    },
    "random_program": {
        "overflow": {"random-walk": 27.6, "pct": 16.4, "burst": 19.8},
        "migration": {"random-walk": 16.1, "pct": 8.9, "burst": 12.2},
        "aborted_entry": {"random-walk": 61.6, "pct": 12.1, "burst": 33.8},
    },
    "one_interrupt": {
        "aborted_entry": {"random-walk": 49.5, "pct": 4.4, "burst": 9.8},
    },
    "one_reroute": {
        "aborted_entry": {"random-walk": 59.1, "pct": 5.3, "burst": 14.1},
        "migration": {"random-walk": 81.7, "pct": 20.2, "burst": 31.4},
    },
    "one_disable": {
        "aborted_entry": {"random-walk": 48.7, "pct": 1.2, "burst": 6.1},
    },
}
