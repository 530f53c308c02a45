# SPDX-License-Identifier: GPL-2.0-only
"""Plays: a machine and its programs, how often they run, and what is to be seen each time.

A play is a scenario without a drawing: values that run in the model and, translated, on a real
kernel. Its printed form is a small script language (`forms`, `statements`, `reading`, `printing`).
What was seen in a round is judged from its trace alone, whoever has made it (`accounts`,
`judging`). Those that are delivered are in `shipped`.
"""

from stress.plays.collection import SUFFIX, shipped
from stress.plays.judging import BadRound, Judgement, PlayVerdict, judge, judged_alone, verdict
from stress.plays.play import Play, ToRead
from stress.plays.printing import print_script
from stress.plays.reading import BadScript, read_script
from stress.plays.reads import misread

__all__ = [
    "SUFFIX", "BadRound", "BadScript", "Judgement", "Play", "PlayVerdict", "ToRead", "judge",
    "judged_alone", "misread", "print_script", "read_script", "shipped", "verdict",
]  # fmt: skip
