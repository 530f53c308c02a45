# SPDX-License-Identifier: GPL-2.0-only
"""History: what many nights leave behind, as records in folders and an index over them.

records.py has the records. It runs nothing: what a night does is stress/nights.
"""

from stress.history.records import (
    FORMAT,
    ArmRecord,
    CanaryRecord,
    CellRecord,
    Count,
    Edge,
    Explored,
    FindingRecord,
    Lost,
    Mark,
    Name,
    NightRecord,
    Replayed,
    Seconds,
    Sighting,
    TargetRecord,
    Text,
    WindowRecord,
)

__all__ = [
    "FORMAT",
    "ArmRecord",
    "CanaryRecord",
    "CellRecord",
    "Count",
    "Edge",
    "Explored",
    "FindingRecord",
    "Lost",
    "Mark",
    "Name",
    "NightRecord",
    "Replayed",
    "Seconds",
    "Sighting",
    "TargetRecord",
    "Text",
    "WindowRecord",
]
