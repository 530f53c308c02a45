# SPDX-License-Identifier: GPL-2.0-only
"""Does a machine that was run go at once, or does it wait for the collector?"""

import gc
from collections.abc import Iterator

import pytest

from harness import OsThreads, Streams
from harness.search.strategies import STRATEGIES
from stress.executions.single import run
from stress.executions.target import Target
from stress.scenarios import SCENARIOS


@pytest.fixture
def nothing_is_collected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(scope="module")
def ours() -> Iterator[OsThreads]:
    """Carriers that nobody else uses: a pool keeps what it has last carried, until the next."""
    with OsThreads() as pool:
        yield pool


@pytest.mark.usefixtures("nothing_is_collected")
@pytest.mark.parametrize("strategy", ["random-walk", "burst", "pct"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_machine_leaves_nothing_to_collect(name: str, strategy: str, ours: OsThreads) -> None:
    scenario = SCENARIOS[name]
    for index in range(5):
        streams = Streams(1, name, index)
        run(
            scenario.draw(streams),
            Target(),
            STRATEGIES[strategy](streams.stream("schedule"), scenario.length),
            ours,
        )
    assert gc.collect() == 0
