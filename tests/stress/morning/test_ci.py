# SPDX-License-Identifier: GPL-2.0-only
"""In CI a night says what is new where it is read, and elsewhere nothing."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from stress.history import FindingRecord, Mark
from stress.morning import Morning, for_ci, markdown_text
from tests.fixtures.nights import TODAY, finding, night, target

GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "/tmp/summary"}


def morning(findings: Sequence[FindingRecord], state: str = "new", **more: Any) -> Morning:
    found = [each.id for each in findings]
    ran = target("head-walk", windows=more.pop("windows", []))
    tonight = night(1, targets=[ran], found=found)
    return Morning(tonight, [], findings, dict.fromkeys(found, state), TODAY, **more)


def annotations(of: Morning) -> list[tuple[str, str, str]]:
    """Return kind, title and message of each, read back as GitHub's runner does."""
    read = []
    for line in for_ci(of, GITHUB).printed:
        match = re.fullmatch(r"::(error|warning) title=([^:,\r\n]*)::([^\r\n]*)", line)
        assert match is not None
        title = match[2].replace("%3A", ":").replace("%2C", ",")
        read.append((match[1], _read(title), _read(match[3])))
    return read


def _read(text: str) -> str:
    return text.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")


def test_a_new_finding_is_an_error_with_what_replays_it() -> None:
    new = finding(message="100 % of spi 33, and: 34")
    ((kind, title, message),) = annotations(morning([new]))
    assert (kind, title) == ("error", f"new finding {new.id} on head-walk")
    assert message.splitlines() == [
        f"{new.identity}: {new.message}",
        f"vgic-stress replay {new.token}",
    ]


def test_what_was_known_before_is_none() -> None:
    assert annotations(morning([finding()], "known")) == []
    new = finding()
    marks = {new.id: Mark("known", "mended in v2", "", "2026-11-01T00:00:00")}
    assert annotations(morning([new], marks=marks)) == []


def test_a_window_below_its_floor_is_a_warning_and_one_above_is_none() -> None:
    window = target("head-walk", 4).windows[-1]
    assert window.below
    ((kind, _, message),) = annotations(morning([], windows=[window]))
    assert kind == "warning"
    assert window.window in message
    assert annotations(morning([], windows=[replace(window, below=[])])) == []


def test_where_there_are_more_than_are_shown_the_last_one_says_so() -> None:
    new = [finding(symptom=f"I{number} wrong") for number in range(12)]
    said = annotations(morning(new))
    assert (len(said), said[-1][1]) == (10, "and 3 more")
    said = annotations(morning(new[:10]))
    assert "more" not in said[-1][1]


@pytest.mark.parametrize(
    "text",
    ["a\n::error::b", "::stop-commands::x", "100%0A::error::", "\x1b[2J,title=x::", "a\r\nb"],
)
def test_no_text_breaks_out_or_is_changed(text: str) -> None:
    new = replace(finding(), target=text, message=text)
    tonight = replace(night(1, found=[new.id]), targets=[])
    of = Morning(tonight, [], [new], {new.id: "new"}, TODAY)
    ((_, title, message),) = annotations(of)
    shown = text.encode("unicode_escape").decode()
    assert title.endswith(f" on {shown}")
    assert message.splitlines()[0].endswith(f": {shown}")


def test_the_summary_is_that_of_the_morning_and_for_the_file_that_github_names() -> None:
    of = morning([finding()])
    said = for_ci(of, GITHUB)
    assert (said.file, said.summary) == ("/tmp/summary", markdown_text(of))


@pytest.mark.parametrize("variables", [{}, {"CI": "true"}, {"GITHUB_ACTIONS": ""}])
def test_elsewhere_nothing_is_said(variables: dict[str, str]) -> None:
    said = for_ci(morning([finding()]), variables)
    assert (said.file, said.summary, said.printed) == ("", "", ())


def test_each_variable_stands_for_itself() -> None:
    of = morning([finding()])
    only_file = for_ci(of, {"GITHUB_STEP_SUMMARY": "x"})
    assert only_file.summary and not only_file.printed  # noqa: PT018
    only_lines = for_ci(of, {"GITHUB_ACTIONS": "true"})
    assert only_lines.printed and not only_lines.summary  # noqa: PT018
