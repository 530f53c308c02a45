# SPDX-License-Identifier: GPL-2.0-only
"""Parts of one night that was divided between machines, and the night that they are together."""

from collections.abc import Hashable, Sequence

from stress.history.naming import place_of
from stress.history.night_records import NightRecord


def parts_together(nights: Sequence[NightRecord]) -> list[list[NightRecord]]:
    """Return nights with the parts of each together, the oldest night first.

    An undivided night is its own only part. Where a part comes a second time a new night begins:
    the same seed may be run again.

    Args:
        nights: nights and parts of nights, in any order.
    """
    groups: list[list[NightRecord]] = []
    open_: dict[Hashable, list[NightRecord]] = {}
    for night in sorted(nights, key=place_of):
        of_what = night.seed, night.model, night.asked, night.duration_s, night.shard[1]
        group = open_.get(of_what)
        if night.shard[1] < 2 or group is None or night.shard in {each.shard for each in group}:
            group = open_[of_what] = []
            groups.append(group)
        group.append(night)
    return groups
