# SPDX-License-Identifier: GPL-2.0-only
"""Do the upstream tests pass on each revision that should, and fail where they should, and only?"""

from pathlib import Path

import pytest

from harness import OsThreads, Quiet, Streams
from harness.search.strategies import STRATEGIES
from stress.executions import Target, played
from stress.upstream import UPSTREAM
from tests.benchmarks import upstream as table
from vgic import REVISIONS

ROOT = Path(__file__).parents[3]

FAILS: dict[str, tuple[str, ...]] = {
    # Before 6.19 nothing puts a waiting interrupt in the place of an active one, which is why the
    # selftest took four at a time then; and who deactivates for another CPU is not heard.
    "classic": ("preempted_", "deactivated_by_the_other_"),
    # DIR is not trapped where it has to be (docs/findings.md, F5).
    "v1-posted": ("deactivated_by_the_other_",),
}
SCHEDULES = 2


@pytest.mark.parametrize("name", UPSTREAM)
def test_the_reference_passes_in_order_and_under_any_schedule(name: str, pinned: OsThreads) -> None:
    kernel, play = Target().kernel, UPSTREAM[name]
    assert played(play, kernel, Quiet(), pinned) == ""
    for index in range(SCHEDULES):
        stream = Streams(index, name, 0).stream("schedule")
        assert played(play, kernel, STRATEGIES["random-walk"](stream, 500), pinned) == ""


@pytest.mark.parametrize("revision", [name for name in REVISIONS if name != "reference"])
def test_other_revisions_fail_what_they_should_and_no_more(
    revision: str, pinned: OsThreads
) -> None:
    kernel, expected = Target(revision).kernel, FAILS.get(revision, ())
    failed = {name for name, play in UPSTREAM.items() if played(play, kernel, Quiet(), pinned)}
    assert all(name.startswith(expected) for name in failed)
    assert {prefix for prefix in expected for name in failed if name.startswith(prefix)} == set(
        expected
    )


def test_what_fits_into_the_list_registers_passes_before_6_19(pinned: OsThreads) -> None:
    kernel = Target("classic").kernel
    fitting = [name for name in UPSTREAM if name.startswith("preempted_sgis_by_pend_64_edge_joint")]
    assert [name for name in fitting if not played(UPSTREAM[name], kernel, Quiet(), pinned)] == [
        "preempted_sgis_by_pend_64_edge_joint_16"
    ]


def test_a_test_says_what_it_read_in_place_of_what(pinned: OsThreads) -> None:
    kernel = Target("classic").kernel
    said = played(UPSTREAM["preempted_sgis_by_pend_64_edge_joint_4"], kernel, Quiet(), pinned)
    assert said == "vcpu0: `acknowledge is 4`, but it was none"


@pytest.mark.parametrize("bug", ["prune_active", "soft_pend_lost", "dir_wakes_nobody"])
def test_the_page_has_what_comes_of_a_bug_in_order(bug: str, pinned: OsThreads) -> None:
    page = (ROOT / "docs" / "upstream-tests.md").read_text("utf-8")
    (row,) = [line for line in page.splitlines() if line.startswith(f"| `{bug}` |")]
    assert row.split("|")[2].strip() == table.in_order(bug, pinned)


def test_the_page_names_every_bug() -> None:
    page = (ROOT / "docs" / "upstream-tests.md").read_text("utf-8")
    assert all(f"| `{bug}` |" in page for bug in table.BUGS_ASKED)
