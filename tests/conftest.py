# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of shrinking and explaining share: failing executions as they were found."""

from collections.abc import Callable, Iterator

import pytest

from harness import Failed, OsThreads
from stress.executions.confirming import confirm
from stress.executions.single import run_index
from stress.executions.target import Target
from stress.executions.token import Token
from stress.scenarios import SCENARIOS

pytest_plugins = ["tests.fixtures.kernel"]

Find = Callable[..., Token]

FOUND_ON = {
    "v1-posted": (Target("v1-posted"), "overflow_nested_deeply", "random-walk"),
    "head-walk": (Target("head-walk"), "inject_while_eoicount", "burst"),
    "no_splice": (Target(bugs=("no_splice",)), "migration_ping_pong", "random-walk"),
    "kick_without_request": (
        Target(bugs=("kick_without_request",)),
        "inject_before_entry",
        "random-walk",
    ),
    "two_locks_unordered": (
        Target(bugs=("two_locks_unordered",)),
        "migration_ping_pong",
        "burst",
    ),
    "no_recheck_after_relock": (
        Target(bugs=("no_recheck_after_relock",)),
        "reroute_while_pruning",
        "random-walk",
    ),
}
"""What each example was found on: target, scenario and strategy."""


@pytest.fixture(scope="session")
def carriers() -> Iterator[OsThreads]:
    """Return carriers for all tests."""
    with OsThreads() as threads:
        yield threads


@pytest.fixture(scope="session")
def find(carriers: OsThreads) -> Find:
    """Return a finder: the token of the first execution that fails, and how many passed."""

    def first(target: Target, scenario: str, strategy: str, begin: int = 0) -> tuple[Token, int]:
        for index in range(begin, begin + 6_000):
            single = run_index(SCENARIOS[scenario], 1, index, strategy, target, carriers)
            if isinstance(single.execution.outcome, Failed):
                token, _ = confirm(single, scenario, target, carriers)
                return token, index - begin
        raise AssertionError(f"nothing found on {target}")

    return first  # type: ignore[return-value]


@pytest.fixture(scope="session")
def tokens(find: Callable[..., tuple[Token, int]]) -> dict[str, Token]:
    """Return one failing execution for each of some wrong kernels, as found."""
    return {name: find(*where)[0] for name, where in FOUND_ON.items()}
