# SPDX-License-Identifier: GPL-2.0-only
"""The ids of tests, as the person who runs them types them."""

import re

_SHARD = re.compile(r"shard \d+/\d+(?:-(?=[^\]]))?")


def test_id(nodeid: str) -> str:
    """Return the id of a test without the group that pytest-xdist has put behind it.

    A name in Python has no @ in it, and what a test is parametrized with ends with a bracket.
    """
    place, separator, name = nodeid.rpartition("::")
    behind = name.rpartition("]")[2]
    if "@" in behind:
        name = name.rpartition("@")[0]
    return f"{place}{separator}{name}"


test_id.__test__ = False  # type: ignore[attr-defined]  # pytest would take it for a test


def shard_of(number: int, shards: int) -> str:
    """Return what the id of a shard has in its brackets; shards are numbered from 0."""
    return f"shard {number + 1}/{shards}"


def undivided(nodeid: str) -> str:
    """Return the id of a test without which shard of it this is."""
    place, bracket, parameters = nodeid.partition("[")
    left = _SHARD.sub("", parameters, count=1)
    return place if left == "]" else f"{place}{bracket}{left}"
