# SPDX-License-Identifier: GPL-2.0-only
"""Is a token of a program whole again after it was written, and refused if it is anything else?"""

import base64
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import BadToken, Deviation, Label, UnknownVersion
from harness.checking import Identity, ProgramToken
from harness.engine import NAME_MAX, is_printable
from harness.schedule import PACKED_MAX

TOKEN = ProgramToken(
    program=Identity("program", "0123456789abcdef"),
    deviations=(
        Deviation("a", 2, "b", Label("write", "add", "sum", 1)),
        Deviation("start", 0, "b", Label("start", "", "", 1)),
        Deviation("b", 3, "a"),
    ),
    signature="exception in add",
    digest="fedcba9876543210",
)
TEXT = TOKEN.encode()
VALUES = json.loads(zlib.decompress(base64.urlsafe_b64decode(TEXT[4:] + "==")))


def written(values: object) -> str:
    packed = zlib.compress(json.dumps(values).encode())
    return "hs1-" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def test_a_token_is_whole_again() -> None:
    assert ProgramToken.decode(TEXT) == TOKEN


def test_an_e_mail_may_have_broken_its_lines() -> None:
    broken = "\n> ".join(TEXT[n : n + 20] for n in range(0, len(TEXT), 20)).replace("> ", "  ")
    assert ProgramToken.decode(f"  {broken}\n") == TOKEN


names = st.text(max_size=200)


@given(names, names, st.integers(0, 1000), names)
def test_names_are_written_so_that_they_can_be_read(
    name: str, role: str, number: int, kind: str
) -> None:
    token = ProgramToken(
        Identity(name, ""), (Deviation(role, number, role, Label(kind, name, role, 1)),), kind, name
    )
    read = ProgramToken.decode(token.encode())
    for text in (read.program.name, read.deviations[0].role, read.signature, read.digest):
        assert is_printable(text)
    assert read.encode() == token.encode()


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "begins with hs1-; this is empty"),
        ("hello", "begins with hs1-"),
        ("vs2-eNpLTEoGAAJNASc", "begins with hs1-; this begins with 'vs2-"),
        (TEXT[:-6], "damaged"),
        (TEXT.replace(TEXT[20], "!", 1), "damaged"),
        ("hs1-", "damaged"),
        ("hs1-" + "A" * PACKED_MAX, "at most"),
        (written([1, 2]), "no fields"),
        (written("x" * 100), "no fields"),
    ],
)
def test_what_is_no_token_is_refused(text: str, match: str) -> None:
    with pytest.raises(BadToken, match=match):
        ProgramToken.decode(text)


def test_another_version_is_said_to_be_one() -> None:
    with pytest.raises(UnknownVersion, match="version hs9; this release reads hs1"):
        ProgramToken.decode("hs9-" + TEXT[4:])


def test_what_unpacks_to_more_than_any_token_is_refused() -> None:
    packed = zlib.compress(b'{"program": "' + b"x" * (8 << 20) + b'"}')
    with pytest.raises(BadToken, match="too large"):
        ProgramToken.decode("hs1-" + base64.urlsafe_b64encode(packed).decode())


@pytest.mark.parametrize("field", VALUES)
def test_a_field_that_is_missing_or_of_another_kind_is_refused(field: str) -> None:
    without = {name: value for name, value in VALUES.items() if name != field}
    for bad in (without, VALUES | {field: 7}, VALUES | {field: None}, VALUES | {field: {"a": 1}}):
        with pytest.raises(BadToken, match="damaged"):
            ProgramToken.decode(written(bad))


@pytest.mark.parametrize(
    "bad",
    [
        {"more": 1},
        {"program": "a\nb"},
        {"program": "\x1b[2J"},
        {"program": "x" * (NAME_MAX + 1)},
        {"signature": "x" * 1_001},
        {"deviations": [["a", -1, "b"]]},
        {"deviations": [["a", True, "b"]]},
        {"deviations": [["a", 10**9, "b"]]},
        {"deviations": [["a", 1]]},
        {"deviations": [["a", 1, "b", "write", "f", "x", "1"]]},
        {"deviations": [["a", 1, "b"]] * 25_001},
    ],
    ids=lambda bad: str(bad)[:40],
)
def test_what_no_execution_can_have_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(BadToken, match="damaged"):
        ProgramToken.decode(written(VALUES | bad))
