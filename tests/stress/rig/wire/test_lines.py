# SPDX-License-Identifier: GPL-2.0-only
"""Is a line of the console believed only if it is whole?"""

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stress.rig.wire.lines import LINE_MAX, Said, is_from_the_monitor, taken_apart


def line(rest: str) -> str:
    return f"VGS {zlib.crc32(rest.encode()):08x} {rest}"


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\r"])
def test_a_whole_line_is_taken_apart(end: str) -> None:
    assert taken_apart(line("v 1 20 0 2801 2802") + end) == Said("v", "1 20 0 2801 2802")
    assert taken_apart(line("bye") + end) == Said("bye", "")


@given(st.integers(0, 26), st.characters(codec="ascii"))
def test_no_line_with_another_character_is_believed(place: int, character: str) -> None:
    whole = line("v 1 20 0 2801")
    changed = whole[:place] + character + whole[place + 1 :]
    assert taken_apart(changed) is None or changed.rstrip("\r\n") == whole


@given(st.integers(0, 25), st.integers(0, 26))
def test_no_line_with_a_hole_or_a_guest_is_believed(begin: int, length: int) -> None:
    whole = line("v 1 20 0 2801 ")
    assert taken_apart(whole[:begin] + whole[begin + length + 1 :]) is None
    assert taken_apart(whole[:begin] + "[ 1.5] BUG: " + whole[begin:]) is None


def test_a_line_longer_than_any_can_be_is_dropped() -> None:
    head = len(line(""))
    assert taken_apart(line("x" * (LINE_MAX - head))) is not None
    assert taken_apart(line("x" * (LINE_MAX - head + 1))) is None


@given(st.text())
@settings(max_examples=50, deadline=None)
def test_any_text_is_taken_apart_or_not(text: str) -> None:
    assert taken_apart(text) is None
    assert taken_apart("VGS " + text) is None
    assert is_from_the_monitor("VGS " + text)


def test_what_cannot_be_shown_is_not_believed_although_it_checks() -> None:
    assert taken_apart(line("kmsg 4 \x1b[2J")) is None
    assert taken_apart(line("kmsg 4 [2J")) is not None


@pytest.mark.parametrize(
    ("rest", "count", "found"),
    [
        ("1 2 3", 3, ((1, 2, 3), "")),
        ("1 2 3 a b", 3, ((1, 2, 3), "a b")),
        ("1 2", 3, None),
        ("1 2 x", 3, None),
        ("1 -2 3", 3, None),
        ("1  3", 2, None),
        ("9" * 20, 1, None),
        ("", 1, None),
    ],
)
def test_numbers_are_decimal_and_as_many_as_there_must_be(
    rest: str, count: int, found: object
) -> None:
    assert Said("v", rest).numbers(count) == found
