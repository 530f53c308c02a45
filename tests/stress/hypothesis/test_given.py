# SPDX-License-Identifier: GPL-2.0-only
"""Does `@given` alone find bugs, make them small, and find them again out of its database?"""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.database import InMemoryExampleDatabase

from harness import OsThreads
from stress.executions import Target, follow
from stress.hypothesis import MachineFailed, check_machine, machines
from vgic import Parameters

SEARCHING = settings(
    max_examples=100,
    database=None,
    derandomize=True,
    deadline=None,
    report_multiple_bugs=False,
    phases=[Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)


def found(bug: str, asked: settings) -> MachineFailed | None:
    """Return what Hypothesis finds on a kernel with a bug."""

    @settings(asked)
    @given(machines())
    def test(machine: Parameters) -> None:
        check_machine(machine, bugs=bug, name="test_given")

    try:
        test()
    except MachineFailed as failed:
        return failed
    return None


@pytest.mark.parametrize(("bug", "operations"), [("kick_without_request", 1), ("prune_active", 1)])
def test_a_bug_is_found_and_its_program_is_made_small(bug: str, operations: int) -> None:
    failed = found(bug, SEARCHING)
    assert failed is not None
    size = failed.example.after
    assert (size.threads, size.irqs, size.operations) == (2, 1, operations)


def test_nothing_is_found_on_the_reference() -> None:
    @settings(SEARCHING, max_examples=15, phases=[Phase.generate])
    @given(machines())
    def test(machine: Parameters) -> None:
        check_machine(machine, name="test_given")

    test()


def test_the_database_and_the_token_lead_to_the_same_failure(pinned: OsThreads) -> None:
    # Hypothesis keeps only what it draws anew in each run; one machine in two has this bug.
    kept = settings(SEARCHING, derandomize=False, database=InMemoryExampleDatabase())
    first = found("prune_active", kept)
    again = found("prune_active", settings(kept, phases=[Phase.reuse]))
    assert first is not None
    assert again is not None
    assert again.token == first.token
    followed = follow(first.token, Target(bugs=("prune_active",)), pinned, strict=True)
    assert followed.failure is not None
    assert followed.failure.signature == again.failure.signature
    assert followed.execution.digest == again.token.digest
