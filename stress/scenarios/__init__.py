# SPDX-License-Identifier: GPL-2.0-only
"""Scenarios: functions that draw parameters of executions, one file each, small ones together.

A scenario says what it does and whether a correct kernel can fail it, as a litmus test does, and
which windows it has to cross. To add one, enter it here.
"""

from stress.scenarios import (
    handlers_held_open,
    inject_before_entry,
    inject_while_eoicount,
    level_lines_toggle,
    many_interrupts,
    migration_ping_pong,
    misbehaving_guest,
    overflow_nested_deeply,
    random_program,
    reroute_before_entry,
    reroute_while_pruning,
    small,
)
from stress.scenarios.scenario import Scenario

_MODULES = (
    inject_while_eoicount,
    overflow_nested_deeply,
    handlers_held_open,
    migration_ping_pong,
    reroute_while_pruning,
    reroute_before_entry,
    inject_before_entry,
    level_lines_toggle,
    many_interrupts,
    misbehaving_guest,
    random_program,
)

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (*(module.SCENARIO for module in _MODULES), *small.SCENARIOS)
}

__all__ = ["SCENARIOS", "Scenario"]
