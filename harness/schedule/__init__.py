# SPDX-License-Identifier: GPL-2.0-only
"""What an execution did, written down to be followed again or read.

A schedule is replayed, strictly or as well as an edited program allows (`replay`); an execution is
divided into steps with all that each touched (`footprint`); it is recorded with the state of
the modelled world before every step (`recording`, over `history`), and drawn (`layout`). A schedule
is made simpler (`simpler`), and written as a token (`written`). Nothing here chooses which
schedules are tried: that is harness.search.
"""

from harness.schedule.anchoring import Anchoring
from harness.schedule.footprint import NOBODY, Step, steps_of
from harness.schedule.history import Change, Fields, Moment, State, Thing
from harness.schedule.layout import Columns, Drawn, failure_lines
from harness.schedule.recording import RecordedEvent, Recorder, Stretch
from harness.schedule.replay import Labels, LenientReplay, StrictReplay
from harness.schedule.simpler import Shrinkable, drop_runs, simplify
from harness.schedule.written import (
    PACKED_MAX,
    BadToken,
    UnknownVersion,
    check_fields,
    name_from_value,
    packed,
    schedule_from_values,
    schedule_to_values,
    text_from_value,
    unpacked,
)

__all__ = [
    "NOBODY",
    "PACKED_MAX",
    "Anchoring",
    "BadToken",
    "Change",
    "Columns",
    "Drawn",
    "Fields",
    "Labels",
    "LenientReplay",
    "Moment",
    "RecordedEvent",
    "Recorder",
    "Shrinkable",
    "State",
    "Step",
    "Stretch",
    "StrictReplay",
    "Thing",
    "UnknownVersion",
    "check_fields",
    "drop_runs",
    "failure_lines",
    "name_from_value",
    "packed",
    "schedule_from_values",
    "schedule_to_values",
    "simplify",
    "steps_of",
    "text_from_value",
    "unpacked",
]  # fmt: skip
