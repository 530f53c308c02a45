# SPDX-License-Identifier: GPL-2.0-only
"""The markers, and which tests are ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

MARKER = "vgic_stress"
SCHEDULES = "schedules"
"""The other marker, and the fixture that it says more of."""

HELP = (
    f"{MARKER}(scenario, executions=100, kernel='reference', bugs=(), strategy='portfolio', "
    "check=None, points=None): run so many executions of a scenario on a revision by name or a "
    "class of your own, which is checked for 'races', too, unless check=(); 'kicks' and "
    "'architecture' are more checks; points='all' interleaves at plain accesses without their "
    "lock, too"
)
SCHEDULES_HELP = (
    f"{SCHEDULES}(executions=100, strategy=None, check=None, shards=1, points=None): how much the "
    f"fixture `{SCHEDULES}` explores, and how; as so many tests, each with its part of the "
    "executions"
)

SHARDS_MAX = 1000


class BadMarker(ValueError):
    """What a marker asks for makes no sense; the message says what and why."""


@dataclass(frozen=True)
class Marked:
    """What a test is marked with, for the fixture; None where nothing is said.

    Attributes:
        executions: how many, all shards together.
        strategy: the strategy's name.
        check: what is checked, by name.
        shards: into how many tests it is divided.
        points: where threads of a machine can be interleaved.
    """

    executions: int | None = None
    strategy: str | None = None
    check: object = None
    shards: int = 1
    points: str | None = None


def is_ours(item: pytest.Item) -> bool:
    """Say whether a test explores schedules: it is marked, or asks for the fixture."""
    uses = SCHEDULES in getattr(item, "fixturenames", ())
    return uses or item.get_closest_marker(MARKER) is not None


def marked(node: pytest.Item) -> Marked:
    """Return what a test is marked with.

    Raises:
        BadMarker: it makes no sense.
    """
    marker = node.get_closest_marker(SCHEDULES)
    return Marked() if marker is None else _read(marker.args, marker.kwargs)


def shards_of(marker: pytest.Mark | None) -> int:
    """Return into how many tests one is divided; 1 if its marker makes no sense."""
    try:
        return 1 if marker is None else _read(marker.args, marker.kwargs).shards
    except BadMarker:
        return 1


def _read(args: Sequence[object], kwargs: Mapping[str, object]) -> Marked:
    try:
        found = Marked(*args, **kwargs)  # type: ignore[arg-type]  # checked next
    except TypeError as error:
        raise BadMarker(str(error).replace("Marked.__init__", SCHEDULES)) from error
    return checked(found.executions, found.strategy, found.check, found.shards, found.points)


def checked(
    executions: object,
    strategy: object,
    check: object = None,
    shards: object = 1,
    points: object = None,
) -> Marked:
    """Return what a test is marked with.

    Raises:
        BadMarker: a number is none, or a name.
    """
    if executions is not None and (type(executions) is not int or executions < 1):
        raise BadMarker(f"executions is a number from 1, not {executions!r}")
    if type(shards) is not int or not 1 <= shards <= SHARDS_MAX:
        raise BadMarker(f"shards is a number from 1 to {SHARDS_MAX}, not {shards!r}")
    if executions is not None and executions < shards:
        raise BadMarker(f"{executions} executions are too few for {shards} shards")
    if strategy is not None and not isinstance(strategy, str):
        raise BadMarker(f"scenarios and strategies go by their names, not {strategy!r}")
    if points is not None and not isinstance(points, str):
        raise BadMarker(f"points is 'standard' or 'all', not {points!r}")
    return Marked(executions, strategy, check, shards, points)


def wrongly_marked(item: pytest.Item) -> tuple[str, str]:
    """Say what is wrong with the markers of a test.

    Marked twice, one would count: but a test's marker may override that of its class, and a
    class's that of its module. A class may have tests beside that explore nothing.

    Returns:
        What is wrong, and what the marker should be like; both empty if nothing is.
    """
    uses = SCHEDULES in getattr(item, "fixturenames", ())
    if not uses and any(marker.name == SCHEDULES for marker in item.own_markers):
        wrong = f"{item.name} does not ask for the fixture `{SCHEDULES}`, which explores"
        return wrong, SCHEDULES_HELP
    for node in item.listchain():
        for name, text in ((MARKER, HELP), (SCHEDULES, SCHEDULES_HELP)):
            if sum(marker.name == name for marker in node.own_markers) > 1:
                wrong = f"{node.name} has two of them, and only one would count"
                return f"{wrong}: make it two tests", text
    try:
        marked(item)
    except BadMarker as error:
        return str(error), SCHEDULES_HELP
    return "", ""
