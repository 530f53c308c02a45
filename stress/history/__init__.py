# SPDX-License-Identifier: GPL-2.0-only
"""History: what many nights leave behind, as records in folders and an index over them.

Three files have the records, of findings, nights and their targets; `History` is the folder of them
all. naming.py says which night comes before which, states.py in what state a finding is. It runs
nothing: what a night does is stress/nights.
"""

from stress.history.fields import FORMAT, Count, Name, Seconds, Text
from stress.history.folders import FINDINGS, RUNS, Kept
from stress.history.history import History, Stored
from stress.history.naming import finding_id, is_id, night_number, place_of
from stress.history.night_records import CanaryRecord, Edge, Explored, NightRecord
from stress.history.parts import parts_together
from stress.history.reading import DamagedRecord, read_record, write_record
from stress.history.records import FindingRecord, Mark, Replayed, Seed, Sighting
from stress.history.states import FIXED, INVALID, KNOWN, NEW, REGRESSED, STATES, holds, state_of
from stress.history.target_records import ArmRecord, CellRecord, Lost, TargetRecord, WindowRecord

__all__ = [
    "FINDINGS",
    "FIXED",
    "FORMAT",
    "INVALID",
    "KNOWN",
    "NEW",
    "REGRESSED",
    "RUNS",
    "STATES",
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
    "Lost",
    "Mark",
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
    "finding_id",
    "holds",
    "is_id",
    "night_number",
    "parts_together",
    "place_of",
    "read_record",
    "state_of",
    "write_record",
]
