# SPDX-License-Identifier: GPL-2.0-only
"""Do lines stand below their threads and functions, and within the width?"""

from typing import NamedTuple

import pytest

from harness import Failure
from harness.schedule import Columns, failure_lines


class Done(NamedTuple):
    role: str
    function: str
    text: str


DONE = [
    Done("a", "f", "one"),
    Done("b", "", "two"),
    Done("a", "f", "three"),
    Done("", "", "outside"),
    Done("a", "g", "four"),
]


def test_each_thread_has_a_column_and_each_function_one_heading() -> None:
    layout = Columns(["a", "b"], 20)
    assert layout.header(["A", "B"]) == ["  A         B", "  -         -"]
    assert layout.body(DONE) == [
        "  f()",
        "    one",
        " " * 14 + "two",
        "    three",
        "  -- outside --",
        "  g()",
        "    four",
    ]


def test_a_mark_stands_in_the_margin() -> None:
    body = Columns(["a", "b"], 20).body(DONE[:2], lambda line: "=>" if line.role == "b" else "")
    assert body[-1] == "=>            two"


@pytest.mark.parametrize("roles", [1, 2, 5, 8])
def test_a_long_line_is_wrapped_within_the_width(roles: int) -> None:
    names = [f"t{number}" for number in range(roles)]
    text = Columns(names, 60).line(names[-1], "word " * 40, indent=2)
    assert max(map(len, text)) <= 60
    assert " ".join(text).split() == ["word"] * 40


def test_nobody_has_no_columns() -> None:
    assert Columns([], 40).header([]) == []


def test_a_failure_is_its_kind_its_message_and_its_details() -> None:
    failure = Failure("deadlock", "a waits for " + "b " * 30, details=("a: f",))
    lines = failure_lines(failure, 40)
    assert lines[0] == "=> deadlock"
    assert lines[-1] == "     a: f"
    assert max(map(len, lines)) <= 40
