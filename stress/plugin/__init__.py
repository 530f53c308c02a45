# SPDX-License-Identifier: GPL-2.0-only
"""The pytest plugin: tests explore schedules, and replay what they have found.

plugin.py has the hooks, fixture.py the fixture `schedules`, marker.py the markers, options.py the
options. All that is loaded into every session of pytest and imports nothing else until a test of
ours runs, and so does this face: trying.py and programs.py explore then, replaying.py replays.
What each test has tried goes with its report (counts.py) to the end of the session (summary.py).
"""

from stress.nightly_profile import register_profile
from stress.plugin.capture import last_words
from stress.plugin.counts import Counts
from stress.plugin.failing import HarnessAtFault, NotClean, SchedulesFailed
from stress.plugin.fixture import Schedules
from stress.plugin.names import test_id
from stress.plugin.options import Budget
from stress.plugin.running import Running, running

# `register_profile` is what an editable install made before 0.2.0 enters for Hypothesis.
__all__ = [
    "Budget",
    "Counts",
    "HarnessAtFault",
    "NotClean",
    "Running",
    "Schedules",
    "SchedulesFailed",
    "last_words",
    "register_profile",
    "running",
    "test_id",
]
