# SPDX-License-Identifier: GPL-2.0-only
"""The pytest plugin: tests explore schedules, and replay what they have found.

plugin.py has the hooks, fixture.py the fixture `schedules`, marker.py the markers, options.py the
options. All that is loaded into every session of pytest and imports nothing else until a test of
ours runs, and so does this face: trying.py and programs.py explore then, replaying.py replays.
What each test has tried goes with its report (counts.py) to the end of the session (summary.py).
profile.py registers a profile with Hypothesis.
"""

from stress.plugin.capture import last_words
from stress.plugin.failing import HarnessAtFault, SchedulesFailed
from stress.plugin.fixture import Schedules
from stress.plugin.names import test_id
from stress.plugin.profile import register_profile

__all__ = [
    "HarnessAtFault",
    "Schedules",
    "SchedulesFailed",
    "last_words",
    "register_profile",
    "test_id",
]
