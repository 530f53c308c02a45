# SPDX-License-Identifier: GPL-2.0-only
"""The rates at which the reference crosses the windows that scenarios are there for.

In per cent of 2,000 executions of each strategy, written by `tests/benchmarks/floors.py --write`,
which keeps the choice of windows: to have a floor for another one enter a row. What is asked of a
campaign for them: floors.py.
"""

RATES: dict[str, dict[str, dict[str, float]]] = {
    "inject_while_eoicount": {
        "overflow": {"random-walk": 54.0, "pct": 48.0, "burst": 52.4},
        "eoicount": {"random-walk": 40.4, "pct": 26.6, "burst": 36.3},
        "turned_back": {"random-walk": 50.6, "pct": 5.5, "burst": 27.2},
        "kick_in_flush": {"random-walk": 58.5, "pct": 5.2, "burst": 38.0},
        "arrival_with_overflow": {"random-walk": 14.4, "pct": 1.5, "burst": 7.5},
        "split": {"random-walk": 54.5, "pct": 48.6, "burst": 53.0},
    },
    "overflow_nested_deeply": {
        "split": {"random-walk": 95.7, "pct": 75.9, "burst": 94.7},
        "kick_in_flush": {"random-walk": 70.0, "pct": 4.5, "burst": 49.5},
        "eoicount_of_two": {"random-walk": 32.9, "pct": 3.8, "burst": 32.5},
        "arrival_with_overflow": {"random-walk": 51.1, "pct": 2.8, "burst": 47.9},
    },
    "handlers_held_open": {
        "overflow": {"random-walk": 85.2, "pct": 69.2, "burst": 80.2},
        "eoicount": {"random-walk": 57.8, "pct": 45.0, "burst": 55.5},
    },
    "migration_ping_pong": {
        "migration": {"random-walk": 83.9, "pct": 64.3, "burst": 78.0},
        "turned_back": {"random-walk": 71.7, "pct": 11.8, "burst": 46.4},
        "kick_in_flush": {"random-walk": 76.0, "pct": 9.8, "burst": 50.7},
    },
    "reroute_while_pruning": {
        "migration": {"random-walk": 87.8, "pct": 63.0, "burst": 80.0},
        "prune_recheck": {"random-walk": 12.9, "pct": 0.6, "burst": 6.7},
        "two_prune_retries": {"random-walk": 19.7, "pct": 13.7, "burst": 17.4},
        "queue_retry": {"random-walk": 36.8, "pct": 2.9, "burst": 24.8},
    },
    "reroute_before_entry": {
        "migration": {"random-walk": 59.3, "pct": 57.4, "burst": 59.5},
        "turned_back": {"random-walk": 27.5, "pct": 7.0, "burst": 18.5},
        "overflow": {"random-walk": 79.5, "pct": 49.5, "burst": 56.6},
        "kick_in_flush": {"random-walk": 54.0, "pct": 3.0, "burst": 20.5},
        "change_in_summary": {"random-walk": 3.0, "pct": 0.0, "burst": 0.0},
        "change_in_walk": {"random-walk": 2.0, "pct": 0.0, "burst": 1.0},
    },
    "inject_before_entry": {
        "turned_back": {"random-walk": 43.5, "pct": 5.8, "burst": 15.3},
        "kick_in_flush": {"random-walk": 45.8, "pct": 6.8, "burst": 20.5},
        "queue_retry": {"random-walk": 12.9, "pct": 2.3, "burst": 5.6},
    },
    "keys_change_while_sorting": {
        "overflow": {"random-walk": 93.0, "pct": 88.5, "burst": 88.3},
        "eoicount": {"random-walk": 68.7, "pct": 61.0, "burst": 61.0},
        "arrival_with_overflow": {"random-walk": 29.8, "pct": 34.2, "burst": 17.8},
        "change_in_summary": {"random-walk": 13.3, "pct": 0.5, "burst": 8.2},
        "change_in_sort": {"random-walk": 27.7, "pct": 0.8, "burst": 13.4},
        "change_in_walk": {"random-walk": 14.4, "pct": 0.5, "burst": 7.4},
        "change_in_eoi_walk": {"random-walk": 2.1, "pct": 0.1, "burst": 1.8},
        "change_in_prune": {"random-walk": 14.5, "pct": 0.7, "burst": 8.7},
    },
    "overflow_unforeseen": {
        "overflow": {"random-walk": 87.0, "pct": 63.0, "burst": 76.5},
        "eoicount": {"random-walk": 50.5, "pct": 49.1, "burst": 50.0},
        "kick_in_flush": {"random-walk": 68.4, "pct": 4.6, "burst": 34.7},
        "change_in_summary": {"random-walk": 7.3, "pct": 0.3, "burst": 4.6},
        "change_in_walk": {"random-walk": 24.4, "pct": 0.6, "burst": 8.0},
    },
    "pended_while_ending": {
        "turned_back": {"random-walk": 47.3, "pct": 8.2, "burst": 29.9},
        "kick_in_flush": {"random-walk": 53.2, "pct": 7.5, "burst": 36.5},
    },
    "level_lines_toggle": {
        "overflow": {"random-walk": 63.6, "pct": 47.0, "burst": 58.1},
        "eoicount": {"random-walk": 53.4, "pct": 44.0, "burst": 51.9},
        "queue_retry": {"random-walk": 17.2, "pct": 4.0, "burst": 14.1},
        "change_in_sort": {"random-walk": 9.0, "pct": 1.0, "burst": 6.0},
        "change_in_prune": {"random-walk": 9.0, "pct": 1.0, "burst": 4.0},
    },
    "active_written_from_beside": {
        "turned_back": {"random-walk": 66.5, "pct": 32.2, "burst": 64.1},
        "kick_in_flush": {"random-walk": 28.6, "pct": 7.8, "burst": 24.4},
        "overflow": {"random-walk": 9.5, "pct": 8.1, "burst": 9.2},
    },
    "deactivated_apart": {
        "dir_in_register": {"random-walk": 91.2, "pct": 91.5, "burst": 90.9},
        "dir_outside": {"random-walk": 27.9, "pct": 17.9, "burst": 26.8},
        "dir_from_beside": {"random-walk": 16.6, "pct": 13.1, "burst": 16.9},
        "dir_of_loaded": {"random-walk": 5.0, "pct": 9.3, "burst": 6.4},
        "overflow": {"random-walk": 23.6, "pct": 19.9, "burst": 22.4},
    },
    "devices_passed_through": {
        "turned_back": {"random-walk": 28.5, "pct": 6.5, "burst": 16.2},
        "kick_in_flush": {"random-walk": 31.8, "pct": 4.2, "burst": 15.1},
    },
    "mapped_to_physical": {
        "turned_back": {"random-walk": 29.8, "pct": 8.4, "burst": 22.3},
        "kick_in_flush": {"random-walk": 34.1, "pct": 3.6, "burst": 17.6},
        "overflow": {"random-walk": 36.1, "pct": 25.2, "burst": 32.0},
        "eoicount": {"random-walk": 20.6, "pct": 14.8, "burst": 17.8},
        "dir_outside": {"random-walk": 10.2, "pct": 6.8, "burst": 8.9},
    },
    "mapped_in_software": {
        "turned_back": {"random-walk": 42.5, "pct": 7.2, "burst": 28.1},
        "kick_in_flush": {"random-walk": 43.9, "pct": 5.0, "burst": 23.2},
        "overflow": {"random-walk": 32.0, "pct": 21.9, "burst": 28.8},
    },
    "timers_fire": {
        "turned_back": {"random-walk": 31.2, "pct": 8.2, "burst": 17.4},
        "kick_in_flush": {"random-walk": 22.8, "pct": 5.7, "burst": 16.7},
        "wait": {"random-walk": 26.6, "pct": 26.9, "burst": 25.8},
        "wake_up": {"random-walk": 7.5, "pct": 16.8, "burst": 10.6},
        "on_top": {"random-walk": 98.8, "pct": 98.5, "burst": 98.6},
    },
    "distributor_off_and_on": {
        "turned_back": {"random-walk": 23.6, "pct": 4.8, "burst": 14.2},
        "kick_in_flush": {"random-walk": 23.6, "pct": 4.2, "burst": 13.5},
        "wait": {"random-walk": 44.1, "pct": 41.0, "burst": 41.5},
        "wake_up": {"random-walk": 6.9, "pct": 12.3, "burst": 8.7},
    },
    "groups_and_masks": {
        "overflow": {"random-walk": 40.6, "pct": 35.2, "burst": 39.2},
        "eoicount": {"random-walk": 26.3, "pct": 21.7, "burst": 25.1},
        "kick_in_flush": {"random-walk": 52.0, "pct": 5.7, "burst": 26.2},
    },
    "triggers_written_in_use": {
        "kick_in_flush": {"random-walk": 41.8, "pct": 7.6, "burst": 28.4},
        "queue_retry": {"random-walk": 17.9, "pct": 2.6, "burst": 9.4},
        "turned_back": {"random-walk": 38.5, "pct": 8.8, "burst": 26.1},
        "split": {"random-walk": 24.1, "pct": 21.0, "burst": 23.6},
    },
    "raised_from_interrupts": {
        "kick_in_flush": {"random-walk": 34.5, "pct": 6.5, "burst": 20.9},
        "dir_in_register": {"random-walk": 57.0, "pct": 57.4, "burst": 57.2},
        "wait": {"random-walk": 48.0, "pct": 47.7, "burst": 46.5},
        "wake_up": {"random-walk": 14.1, "pct": 23.1, "burst": 17.4},
    },
    "closed_while_injecting": {
        "kick_in_flush": {"random-walk": 31.9, "pct": 3.3, "burst": 18.8},
        "turned_back": {"random-walk": 47.6, "pct": 9.3, "burst": 33.0},
        "wait": {"random-walk": 49.9, "pct": 38.0, "burst": 44.8},
    },
    "ioctls_beside_vcpus": {
        "vcpus_stopped": {"random-walk": 68.2, "pct": 68.2, "burst": 68.2},
        "vcpu_busy": {"random-walk": 61.0, "pct": 27.3, "burst": 52.5},
        "turned_back": {"random-walk": 72.0, "pct": 27.9, "burst": 59.3},
        "kick_in_flush": {"random-walk": 27.6, "pct": 6.3, "burst": 22.0},
        "wake_up": {"random-walk": 29.9, "pct": 45.5, "burst": 38.5},
    },
    "many_interrupts": {
        "overflow": {"random-walk": 73.2, "pct": 35.5, "burst": 47.9},
        "eoicount_of_two": {"random-walk": 18.5, "pct": 17.7, "burst": 18.3},
    },
    "misbehaving_guest": {
        "overflow": {"random-walk": 85.4, "pct": 72.8, "burst": 82.7},
        "eoicount": {"random-walk": 71.5, "pct": 25.4, "burst": 47.3},
    },
    "guests_that_wait": {
        "wait": {"random-walk": 86.5, "pct": 88.3, "burst": 87.1},
        "wake_up": {"random-walk": 26.4, "pct": 51.0, "burst": 42.0},
        "other_cpu": {"random-walk": 69.0, "pct": 74.3, "burst": 72.3},
        "tick": {"random-walk": 13.2, "pct": 21.1, "burst": 11.9},
    },
    "messages_redirected": {
        "overflow": {"random-walk": 26.4, "pct": 19.9, "burst": 25.8},
        "migration": {"random-walk": 40.1, "pct": 28.2, "burst": 36.0},
        "prune_recheck": {"random-walk": 2.1, "pct": 0.1, "burst": 0.8},
        "turned_back": {"random-walk": 28.1, "pct": 5.3, "burst": 21.3},
        "cached_translation": {"random-walk": 59.5, "pct": 65.5, "burst": 66.4},
        "lpi_released": {"random-walk": 37.2, "pct": 37.2, "burst": 37.2},
    },
    "lpis_disabled_from_beside": {
        "overflow": {"random-walk": 15.9, "pct": 12.4, "burst": 15.3},
        "migration": {"random-walk": 21.8, "pct": 11.9, "burst": 18.2},
        "turned_back": {"random-walk": 30.6, "pct": 10.2, "burst": 35.6},
        "lpi_disabled_loaded": {"random-walk": 15.6, "pct": 23.3, "burst": 16.2},
        "lpi_released": {"random-walk": 42.6, "pct": 42.6, "burst": 42.6},
    },
    "sgis_of_several": {
        "overflow": {"random-walk": 56.7, "pct": 50.5, "burst": 55.5},
        "eoicount": {"random-walk": 23.8, "pct": 21.6, "burst": 23.8},
        "turned_back": {"random-walk": 62.3, "pct": 16.0, "burst": 51.1},
        "sgi_of_more": {"random-walk": 76.6, "pct": 71.5, "burst": 75.7},
        "dir_in_register": {"random-walk": 40.5, "pct": 40.5, "burst": 40.5},
    },
    "targets_written_in_use": {
        "overflow": {"random-walk": 26.8, "pct": 22.1, "burst": 25.1},
        "migration": {"random-walk": 47.9, "pct": 33.9, "burst": 41.4},
        "turned_back": {"random-walk": 50.8, "pct": 12.4, "burst": 36.9},
        "dir_from_beside": {"random-walk": 4.1, "pct": 0.5, "burst": 3.4},
    },
    "translations_forgotten": {
        "cached_translation": {"random-walk": 87.4, "pct": 70.2, "burst": 82.7},
        "void_twice": {"random-walk": 6.2, "pct": 0.4, "burst": 2.6},
        "lpi_released": {"random-walk": 67.5, "pct": 67.5, "burst": 67.5},
    },
    "events_remapped": {
        "cached_translation": {"random-walk": 77.7, "pct": 75.8, "burst": 78.5},
        "migration": {"random-walk": 22.0, "pct": 12.8, "burst": 18.3},
        "turned_back": {"random-walk": 24.4, "pct": 6.0, "burst": 23.9},
        "two_prune_retries": {"random-walk": 3.9, "pct": 2.2, "burst": 3.9},
        "lpi_released": {"random-walk": 46.3, "pct": 46.9, "burst": 46.4},
    },
    "random_program": {
        "overflow": {"random-walk": 20.5, "pct": 16.2, "burst": 19.4},
        "migration": {"random-walk": 15.0, "pct": 9.1, "burst": 12.4},
        "turned_back": {"random-walk": 34.8, "pct": 6.2, "burst": 18.6},
        "kick_in_flush": {"random-walk": 38.4, "pct": 5.0, "burst": 19.9},
    },
    "whole_vm": {
        "on_top": {"random-walk": 100.0, "pct": 100.0, "burst": 100.0},
        "cached_translation": {"random-walk": 86.6, "pct": 74.2, "burst": 86.8},
        "migration": {"random-walk": 78.8, "pct": 60.6, "burst": 75.6},
        "split": {"random-walk": 100.0, "pct": 98.8, "burst": 99.8},
        "eoicount": {"random-walk": 72.4, "pct": 64.8, "burst": 72.6},
        "dir_outside": {"random-walk": 66.0, "pct": 59.8, "burst": 64.6},
        "wake_up": {"random-walk": 37.8, "pct": 40.8, "burst": 38.2},
    },
    "one_interrupt": {
        "turned_back": {"random-walk": 26.9, "pct": 3.0, "burst": 5.0},
        "kick_in_flush": {"random-walk": 21.4, "pct": 1.6, "burst": 5.2},
    },
    "one_reroute": {
        "turned_back": {"random-walk": 32.8, "pct": 3.4, "burst": 8.8},
        "kick_in_flush": {"random-walk": 29.6, "pct": 1.9, "burst": 5.5},
        "migration": {"random-walk": 67.3, "pct": 21.8, "burst": 33.8},
    },
    "one_disable": {
        "turned_back": {"random-walk": 25.2, "pct": 0.9, "burst": 3.9},
        "kick_in_flush": {"random-walk": 21.1, "pct": 0.3, "burst": 2.6},
    },
}
