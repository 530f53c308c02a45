# SPDX-License-Identifier: GPL-2.0-only
"""What an execution did, written down to be followed again or read.

A schedule is replayed, strictly or as well as an edited program allows (`replay`); an execution is
divided into steps with all that each touched (`footprint`); and it is recorded with the state of
the modelled world before every step (`recording`, over `history`). Nothing here chooses which
schedules are tried: that is harness.search.
"""

from harness.schedule.anchoring import Anchoring
from harness.schedule.footprint import NOBODY, Step, steps_of
from harness.schedule.history import Change, Fields, Moment, State, Thing
from harness.schedule.recording import RecordedEvent, Recorder, Stretch
from harness.schedule.replay import Labels, LenientReplay, StrictReplay

__all__ = [
    "NOBODY",
    "Anchoring",
    "Change",
    "Fields",
    "Labels",
    "LenientReplay",
    "Moment",
    "RecordedEvent",
    "Recorder",
    "State",
    "Step",
    "Stretch",
    "StrictReplay",
    "Thing",
    "steps_of",
]
