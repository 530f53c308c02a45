# SPDX-License-Identifier: GPL-2.0-only
"""Exploration of one program: some schedules, every schedule, or one of each that differ.

`some_schedules` tries as many as are asked for, chosen at random from a seed.

`every_schedule` takes them in the order of their preemptions, to a bound or to the end.
`every_behaviour` takes one execution of each behaviour: executions that differ only in the order
of steps which do not depend on each other are the same to it. Both run the program from its
beginning for every execution, under a strategy like any other, so that what they find replays.
"""

from harness.search.explore.behaviours import every_behaviour
from harness.search.explore.exploration import Exploration, Found, Heard
from harness.search.explore.sampled import some_schedules
from harness.search.explore.schedules import every_schedule

__all__ = ["Exploration", "Found", "Heard", "every_behaviour", "every_schedule", "some_schedules"]
