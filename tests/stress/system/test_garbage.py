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
from stress.system import Garbage


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


@pytest.mark.parametrize("before", [True, False])
def test_what_somebody_else_has_frozen_stays_so_and_nothing_else_does(before: bool) -> None:
    gc.unfreeze()
    if before:
        gc.freeze()
    with Garbage():
        assert gc.get_freeze_count() > 0
        assert not gc.isenabled()
    frozen = gc.get_freeze_count()
    gc.freeze()  # as the session has it
    assert (frozen > 0) is before
    assert gc.isenabled()
