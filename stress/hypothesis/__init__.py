# SPDX-License-Identifier: GPL-2.0-only
"""For users of Hypothesis: machines and their programs as strategies, and what checks them.

`machines` draws whole `Parameters` and `check_machine` runs one under many schedules;
`VirtualMachine` is a state machine of which each rule is a call. Hypothesis shrinks the program and
we the schedule (machine_failed.py); the token of a failure needs neither. Absolute imports only:
`hypothesis` is always the library.
"""

from stress.hypothesis.checking import check_machine
from stress.hypothesis.interrupts import interrupts
from stress.hypothesis.machine_failed import MachineFailed
from stress.hypothesis.machines import machines
from stress.hypothesis.programs import device_programs, guest_programs
from stress.hypothesis.schedules import deviations
from stress.hypothesis.virtual_machine import VirtualMachine
from stress.nightly_profile import register_profile

__all__ = [
    "MachineFailed", "VirtualMachine", "check_machine", "deviations", "device_programs",
    "guest_programs", "interrupts", "machines",
]  # fmt: skip

# Hypothesis does so by itself (stress/nightly_profile.py), unless it was told to load no plugins.
register_profile()
