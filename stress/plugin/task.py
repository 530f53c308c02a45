# SPDX-License-Identifier: GPL-2.0-only
"""What is asked of one test: by its marker, by the options, and by where it stands.

Its schedules are drawn by the seed of the session and its own id alone, so they are the same on
whatever worker and in whatever order tests run, and however often it explores.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pytest

from harness import Stream
from stress.inputs import BadArgument, Points, arguments
from stress.plugin.counts import Counts, count, failed_after, fails_after
from stress.plugin.given import is_reported
from stress.plugin.keeping import FindingsFolder
from stress.plugin.marker import BadMarker, Marked
from stress.plugin.names import test_id, undivided
from stress.plugin.options import (
    FOLDER,
    Budget,
    budget_of,
    folder_of,
    points_of,
    seed_of,
    strategy_of,
)
from stress.plugin.replays import Replays, replays_of


@dataclass(frozen=True)
class Task:
    """What is asked of one test.

    Attributes:
        seed: its seed.
        budget: how much it tries.
        strategy: the strategy's name; None if nobody has named one.
        check: what is checked, by name.
        points: where threads of a machine can be interleaved.
        folder: where its findings are kept.
        replays: what is replayed instead, None if nothing is.
        reported: what fails is reported: it is no example on the way to another.
        count: called with what was tried.
        fails_after: called with the number of executions after which one has failed.
    """

    seed: int = 0
    budget: Budget = field(default_factory=lambda: Budget(1))
    strategy: str | None = None
    check: object = None
    points: Points = Points.STANDARD
    folder: FindingsFolder = field(default_factory=lambda: FindingsFolder(Path(FOLDER), Path()))
    replays: Replays | None = None
    reported: bool = True
    count: Callable[[Counts], None] = lambda counts: None
    fails_after: Callable[[int], None] = lambda executions: None


def task_of(item: pytest.Item, marked: Marked, shard: int | None = None) -> Task:
    """Return what is asked of a test.

    Args:
        item: the test.
        marked: what it is marked with.
        shard: the number of its shard, from 0, for the fixture; None for the marker that runs
            the executions of the command line, by the seed of the session.

    Raises:
        BadMarker: there is no such strategy, or no such points.
    """
    config = item.config
    try:
        strategy = strategy_of(config, marked.strategy)
        if strategy is not None:
            arguments.strategy(strategy)
        points = arguments.one_of(list(Points), points_of(config, marked.points), "points")
    except BadArgument as error:
        raise BadMarker(str(error)) from error
    seed = seed_of(config)

    return Task(
        seed=seed if shard is None else seed_for(seed, item.nodeid),
        budget=_budget(item, marked, shard or 0),
        strategy=strategy,
        check=marked.check,
        points=points,
        folder=FindingsFolder(folder_of(config), config.invocation_params.dir),
        replays=replays_of(item),
        reported=is_reported(),
        count=partial(count, item),
        fails_after=partial(fails_after, item),
    )


def _budget(item: pytest.Item, marked: Marked, shard: int) -> Budget:
    budget = budget_of(item.config, marked.executions)
    if budget.executions is not None and budget.executions < marked.shards:
        raise BadMarker(f"{budget.executions} executions are too few for {marked.shards} shards")
    least = failed_after(item)
    return replace(budget, shard=shard, shards=marked.shards, at_least=least)


def seed_for(seed: int, nodeid: str) -> int:
    """Return the seed of a test; that of all its shards is one.

    Args:
        seed: the seed of the session.
        nodeid: the test's id.
    """
    stream = Stream(seed, "pytest", undivided(test_id(nodeid)))
    return stream.word() << 32 | stream.word()
