# SPDX-License-Identifier: GPL-2.0-only
"""History: what many nights leave behind, as records in folders and an index over them.

Three files have the records, of findings, nights and their targets; `History` is the folder of them
all. naming.py says which night comes before which, states.py in what state a finding is. It runs
nothing: what a night does is stress/nights.
"""

from stress.history.fields import FORMAT, Count, Name, Seconds, Seed, Text
from stress.history.folders import (
    FINDING,
    FINDINGS,
    MARKS,
    RUNS,
    SUMMARY,
    Kept,
    noting,
    read_findings,
    read_nights,
)
from stress.history.history import History, Stored
from stress.history.merging import Merged, furthest, merge, one_finding
from stress.history.naming import finding_id, is_id, night_number, place_of
from stress.history.night_records import CanaryRecord, Edge, Explored, NightRecord
from stress.history.orders import Across, LockCycle, across_nights, learned
from stress.history.parts import missing_parts, one_night, parts_together
from stress.history.reading import DamagedRecord, read_record, write_record
from stress.history.records import FindingRecord, Mark, Replayed, Sighting
from stress.history.states import (
    FIXED,
    INVALID,
    KNOWN,
    NEW,
    REGRESSED,
    STATES,
    holds,
    state_of,
    states_of,
    states_over,
)
from stress.history.target_records import ArmRecord, CellRecord, Lost, TargetRecord, WindowRecord

__all__ = [
    "FINDING",
    "FINDINGS",
    "FIXED",
    "FORMAT",
    "INVALID",
    "KNOWN",
    "MARKS",
    "NEW",
    "REGRESSED",
    "RUNS",
    "STATES",
    "SUMMARY",
    "Across",
    "ArmRecord",
    "CanaryRecord",
    "CellRecord",
    "Count",
    "DamagedRecord",
    "Edge",
    "Explored",
    "FindingRecord",
    "History",
    "Kept",
    "LockCycle",
    "Lost",
    "Mark",
    "Merged",
    "Name",
    "NightRecord",
    "Replayed",
    "Seconds",
    "Seed",
    "Sighting",
    "Stored",
    "TargetRecord",
    "Text",
    "WindowRecord",
    "across_nights",
    "finding_id",
    "furthest",
    "holds",
    "is_id",
    "learned",
    "merge",
    "missing_parts",
    "night_number",
    "noting",
    "one_finding",
    "one_night",
    "parts_together",
    "place_of",
    "read_findings",
    "read_nights",
    "read_record",
    "state_of",
    "states_of",
    "states_over",
    "write_record",
]
