# SPDX-License-Identifier: GPL-2.0-only
"""Nights: what runs for hours, may be killed at any moment, and leaves a history behind.

A `NightPlan` says what is to be done; a night is lanes of legs (lane.py, legs.py), each leg one
campaign. What is done is in a journal (journal.py, entries.py) and what is found in the history
(filing.py); from both follows all that is said of it (summing.py).
"""

from stress.nights.asked import Options
from stress.nights.ending import hand_over, judged, morning_of, write_morning
from stress.nights.entries import Trouble
from stress.nights.folder import held, now
from stress.nights.foretelling import plan_text
from stress.nights.joining import join_parts
from stress.nights.lane import LANES
from stress.nights.night import run_night
from stress.nights.opening import Opened, begin, resume, unfinished
from stress.nights.plan import JUDGE, POINTS, NightPlan, name_of
from stress.nights.record import Around, file_counts, night_record
from stress.nights.tonight import Tonight

__all__ = [
    "JUDGE",
    "LANES",
    "POINTS",
    "Around",
    "NightPlan",
    "Opened",
    "Options",
    "Tonight",
    "Trouble",
    "begin",
    "file_counts",
    "hand_over",
    "held",
    "join_parts",
    "judged",
    "morning_of",
    "name_of",
    "night_record",
    "now",
    "plan_text",
    "resume",
    "run_night",
    "unfinished",
    "write_morning",
]
