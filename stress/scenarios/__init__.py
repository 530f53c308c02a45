# SPDX-License-Identifier: GPL-2.0-only
"""Scenarios: functions that draw parameters of executions, one file each, small ones together.

A scenario says what it does and whether a correct kernel can fail it, as a litmus test does, and
which windows it has to cross. To add one, enter it here. Scenarios of the user's own are registered
(registry.py) and found by their names like those that are delivered.
"""

from pathlib import Path

from harness.engine import observes
from stress.scenarios import (
    active_written_from_beside,
    closed_while_injecting,
    deactivated_apart,
    devices_passed_through,
    distributor_off_and_on,
    events_remapped,
    groups_and_masks,
    guests_that_wait,
    handlers_held_open,
    inject_before_entry,
    inject_while_eoicount,
    ioctls_beside_vcpus,
    keys_change_while_sorting,
    level_lines_toggle,
    lpis_disabled_from_beside,
    many_interrupts,
    mapped_in_software,
    mapped_to_physical,
    messages_redirected,
    migration_ping_pong,
    misbehaving_guest,
    overflow_nested_deeply,
    overflow_unforeseen,
    pended_while_ending,
    raised_from_interrupts,
    random_program,
    reroute_before_entry,
    reroute_while_pruning,
    sgis_of_several,
    small,
    targets_written_in_use,
    timers_fire,
    translations_forgotten,
    triggers_written_in_use,
    whole_vm,
)
from stress.scenarios.faults import BadScenarioFile, ScenarioAtFault, of_scenarios
from stress.scenarios.own import drawn_otherwise, machine_digest
from stress.scenarios.reading import PATIENCE_S, Registered
from stress.scenarios.registry import ByName
from stress.scenarios.scenario import Scenario
from stress.scenarios.sources import GROUP, ScenarioFile

_MODULES = (
    inject_while_eoicount,
    overflow_nested_deeply,
    handlers_held_open,
    migration_ping_pong,
    reroute_while_pruning,
    reroute_before_entry,
    inject_before_entry,
    keys_change_while_sorting,
    overflow_unforeseen,
    pended_while_ending,
    level_lines_toggle,
    active_written_from_beside,
    deactivated_apart,
    devices_passed_through,
    mapped_to_physical,
    mapped_in_software,
    timers_fire,
    distributor_off_and_on,
    groups_and_masks,
    triggers_written_in_use,
    raised_from_interrupts,
    closed_while_injecting,
    ioctls_beside_vcpus,
    many_interrupts,
    misbehaving_guest,
    guests_that_wait,
    messages_redirected,
    lpis_disabled_from_beside,
    sgis_of_several,
    targets_written_in_use,
    translations_forgotten,
    events_remapped,
    random_program,
    whole_vm,
)

_DELIVERED = (*(module.SCENARIO for module in _MODULES), *small.SCENARIOS)

SHIPPED = tuple(scenario.name for scenario in _DELIVERED)
"""The names of those that are delivered here: all there are where nobody has any of his own."""

SCENARIOS = ByName(_DELIVERED)


def register(file: Path, patience_s: float = PATIENCE_S) -> list[str]:
    """Enter the scenarios of a user's file, for this process and those that do its jobs.

    Args:
        file: the file; registered once more it is read anew.
        patience_s: after how many seconds it is taken to hang.

    Returns:
        Their names, in the order of the file.

    Raises:
        BadScenarioFile: it cannot be run, has no scenario, one that draws no machine or not always
            the same, or one whose name is taken.
    """
    return SCENARIOS.register(ScenarioFile(file), patience_s)


__all__ = [
    "GROUP", "SCENARIOS", "SHIPPED", "BadScenarioFile", "Registered", "Scenario", "ScenarioAtFault",
    "ScenarioFile", "drawn_otherwise", "machine_digest", "of_scenarios", "register",
]  # fmt: skip

observes(__name__)
