# SPDX-License-Identifier: GPL-2.0-only
"""TODO."""

from harness.schedule.footprint import NOBODY, Step, steps_of
from harness.schedule.history import Change, Fields, State, Thing
from harness.schedule.recording import Event, Recorder
from harness.schedule.replay import Labels, LenientReplay, StrictReplay

__all__ = [
    "NOBODY",
    "Change",
    "Event",
    "Fields",
    "Labels",
    "LenientReplay",
    "Recorder",
    "State",
    "Step",
    "StrictReplay",
    "Thing",
    "steps_of",
]
