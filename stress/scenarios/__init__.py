# SPDX-License-Identifier: GPL-2.0-only
"""The scenarios by name, one file each. To add one, write its file and enter it here."""

from stress.scenario import Scenario
from stress.scenarios.inject_while_eoicount import SCENARIO as INJECT_WHILE_EOICOUNT

SCENARIOS: dict[str, Scenario] = {scenario.name: scenario for scenario in (INJECT_WHILE_EOICOUNT,)}
