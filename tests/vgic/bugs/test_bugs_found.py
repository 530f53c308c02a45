# SPDX-License-Identifier: GPL-2.0-only
"""Does a campaign tell right from wrong: is each known bug found soon, nothing in the reference?

Bugs in how an interrupt moves to another vCPU need a guest that reroutes, so those are looked for
where two vCPUs keep doing so; what goes wrong only in the middle of a flush, where they do so just
then; all others in the first scenario.
"""

from collections.abc import Callable

import pytest

from harness import Failure
from harness.search.strategies import RUNS, STRATEGIES
from vgic import BUGS, REVISIONS, Reference
from vgic.composition import compose

EXECUTIONS = 300
RARE_EXECUTIONS = {"stale_summary": 3_000}
FIRST = "inject_while_eoicount"
REROUTING = "migration_ping_pong"
BEFORE_ENTRY = "reroute_before_entry"

FOUND_AS = {
    "no_splice": (FIRST, "I3 overflow left behind"),
    "kick_without_request": (FIRST, "I16 missed kick"),
    "eoicount_not_preserved": (FIRST, "I13 stuck active"),
    "no_recheck_after_relock": (REROUTING, "I23 put on the wrong list"),
    "two_locks_unordered": (REROUTING, "lock nesting"),
    "prune_active": (FIRST, "I7 active interrupt unlisted"),
    "eoi_walk_from_list_head": (FIRST, "I13 stuck active"),
    "eoicount_plus_one": (FIRST, "I13 active state lost"),
    "active_first_sort": (FIRST, "O10 best pending left out"),
    "lr_walk_takes_undeliverable": (FIRST, "I22 illegal list register"),
    "no_kick_after_migration": (REROUTING, "I16 missed kick"),
    "stale_summary": (BEFORE_ENTRY, "I13 stuck active"),
    "canary": (FIRST, "I9 lost edge"),
}


Look = Callable[..., Failure | None]


def test_every_bug_is_looked_for_as_what_its_record_says() -> None:
    assert set(FOUND_AS) == set(BUGS)
    for name, (_, kind) in FOUND_AS.items():
        assert kind in BUGS[name].found_as


@pytest.mark.parametrize("name", FOUND_AS)
def test_a_known_bug_is_found_as_what_it_is(first_failure: Look, name: str) -> None:
    scenario, kind = FOUND_AS[name]
    executions = RARE_EXECUTIONS.get(name, EXECUTIONS)
    failure = first_failure(compose(Reference, [name]), scenario, executions)
    assert failure is not None
    assert failure.kind == kind


@pytest.mark.parametrize(
    ("name", "kind"), [("v1-posted", "list corruption"), ("head-walk", "I13 stuck active")]
)
def test_a_revision_with_a_bug_of_its_own_is_found(
    first_failure: Look, name: str, kind: str
) -> None:
    failure = first_failure(REVISIONS[name].cls, FIRST, EXECUTIONS)
    assert failure is not None
    assert failure.kind == kind


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_reference_is_silent_under_every_strategy(first_failure: Look, strategy: str) -> None:
    executions = EXECUTIONS // RUNS.get(strategy, 1)
    assert first_failure(Reference, FIRST, executions, strategy) is None
