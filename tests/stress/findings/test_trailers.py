# SPDX-License-Identifier: GPL-2.0-only
"""The trailers of a mend say what is known of the generations, and nothing else."""

import pytest

from stress.findings import trailers
from vgic import REVISIONS, Reference
from vgic.revisions import Revision

GENERATIONS = {
    name: Revision(name=name, cls=Reference, kernel=kernel, date=date, commit=commit)
    for name, kernel, date, commit in (
        ("ours", "", "", ""),
        ("oldest", "6.18", "2024-01-01", "aaaaaaaaaaaa"),
        ("posted", "", "2025-11-03", "bbbbbbbbbbbb"),
        ("walk", "6.19", "2025-11-24", "cccccccccccc"),
        ("cursor", "7.0", "2026-03-01", ""),
        ("newest", "7.3", "2026-09-01", "dddddddddddd"),
    )
}
EVERY = list(GENERATIONS)


def made(*fails_on: str, unjudged: str = "") -> list[str]:
    passes_on = [name for name in EVERY if name not in (*fails_on, unjudged)]
    return trailers(fails_on, passes_on, GENERATIONS)


def fixes(commit: str) -> str:
    return f'Fixes: {commit} ("title: git show -s --format=%s {commit}")'


@pytest.mark.parametrize(
    ("fails_on", "expected"),
    [
        (("newest",), [fixes("d" * 12), "Cc: stable@vger.kernel.org # 7.3"]),
        (
            ("walk", "cursor", "newest"),
            [fixes("c" * 12), "Cc: stable@vger.kernel.org # 6.19..7.3"],
        ),
        (("walk",), [fixes("c" * 12), "Cc: stable@vger.kernel.org # 6.19"]),
        (
            ("walk", "newest"),
            [fixes("c" * 12), fixes("d" * 12), "Cc: stable@vger.kernel.org # 6.19, 7.3"],
        ),
    ],
)
def test_it_was_brought_in_after_what_passes(
    fails_on: tuple[str, ...], expected: list[str]
) -> None:
    assert made(*fails_on) == expected


def test_what_fails_on_all_was_brought_in_before_what_is_known() -> None:
    assert made(*EVERY) == ["Cc: stable@vger.kernel.org # 6.18..7.3"]


def test_what_was_not_judged_brings_nothing_in_and_is_in_no_range() -> None:
    assert made("cursor", "newest", unjudged="walk") == ["Cc: stable@vger.kernel.org # 7.0..7.3"]
    assert made("walk", "newest", unjudged="cursor") == [
        fixes("c" * 12),
        "Cc: stable@vger.kernel.org # 6.19, 7.3",
    ]


def test_a_generation_without_a_commit_has_no_fixes_line() -> None:
    assert made("cursor", "newest") == ["Cc: stable@vger.kernel.org # 7.0..7.3"]


@pytest.mark.parametrize("name", ["mine.py:Mine", "ours", "posted", "mine.py\nFixes: 0", ""])
def test_what_was_never_released_has_no_trailers(name: str) -> None:
    assert made(name) == []
    assert made(name, "newest") == made("newest")


def test_nothing_known_says_nothing() -> None:
    assert trailers([], []) == []


def test_the_generations_that_there_are_are_known() -> None:
    head_walk = REVISIONS["head-walk"]
    others = [name for name in REVISIONS if name != "head-walk"]
    *_, stable = trailers(["head-walk"], others)
    assert stable == f"Cc: stable@vger.kernel.org # {head_walk.kernel}"
    assert trailers(["v1-posted"], [name for name in REVISIONS if name != "v1-posted"]) == []
