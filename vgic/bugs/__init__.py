# SPDX-License-Identifier: GPL-2.0-only
"""The known bugs by name, one file each, to be put into a revision: a small class and its record.

A bug overrides one decision, or those that keep one count. To add one, write its file.
"""

import sys

from vgic.bugs.bug import Bug
from vgic.revisions import records_in

CANARY = "canary"
CANARY_OF_RACES = "canary_of_races"
CANARY_OF_POINTS = "canary_of_points"
"""What campaigns look for first, to see whether they find anything at all."""

_ALL = list(records_in(sys.modules[__name__], Bug))

BUGS: dict[str, Bug] = {bug.name: bug for bug in _ALL if not (bug.needs_races or bug.needs_points)}
BUGS_OF_RACES: dict[str, Bug] = {bug.name: bug for bug in _ALL if bug.needs_races}
"""Those that are found only where data races are checked for."""
BUGS_OF_POINTS: dict[str, Bug] = {bug.name: bug for bug in _ALL if bug.needs_points}
"""Those that are found only where unguarded accesses are scheduling points."""

__all__ = [
    "BUGS",
    "BUGS_OF_POINTS",
    "BUGS_OF_RACES",
    "CANARY",
    "CANARY_OF_POINTS",
    "CANARY_OF_RACES",
    "Bug",
]
