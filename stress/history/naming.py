# SPDX-License-Identifier: GPL-2.0-only
"""What nights and findings are called, and which night comes before which.

A night is counted in its folder, so that a clock that jumps changes no order; eight random digits
keep the nights of several machines apart. Between nights of one number their clocks decide.
"""

import re
from hashlib import sha256

from stress.history.night_records import NightRecord
from stress.history.records import Replayed, Sighting

_NIGHT = re.compile(r"night-(\d{4,9})-([0-9a-f]{8})")
_ID = re.compile(r"[0-9a-f]{12}")

PointInTime = tuple[int, str, str]
"""Where in time a night stands: its number, when it began by its clock, its name."""


def night_number(name: str) -> int:
    """Return the number of a night by its name, -1 if no night is called so."""
    match = _NIGHT.fullmatch(name)
    return int(match[1]) if match else -1


def is_id(text: str) -> bool:
    """Tell whether a text is a finding's id."""
    return _ID.fullmatch(text) is not None


def finding_id(target: str, identity: str) -> str:
    """Return the id of a finding: 12 hexadecimal digits.

    Args:
        target: what it was found on; a user's class by the base name of its file.
        identity: the finding's identity.
    """
    return sha256(f"{target}\0{identity}".encode()).hexdigest()[:12]


def place_of(what: NightRecord | Sighting | Replayed) -> PointInTime:
    """Return where in time a night stands, or what was seen in one."""
    at = what.begun if isinstance(what, NightRecord) else what.at
    return night_number(what.night), at, what.night
