# SPDX-License-Identifier: GPL-2.0-only
"""Is a damaged token refused, with BadToken or UnknownVersion and nothing else, never guessed at?

A token comes out of an e-mail: cut off, with flipped letters, made by hand, or by an enemy.
"""

import base64
import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.engine.printable import is_printable
from harness.schedule import PACKED_MAX, BadToken, UnknownVersion
from stress.executions.token import VERSION, Token

FUZZ = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
Values = dict[str, Any]

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def packed(content: bytes) -> str:
    return f"{VERSION}-" + base64.urlsafe_b64encode(zlib.compress(content, 9)).decode().rstrip("=")


def from_values(values: object) -> str:
    return packed(json.dumps(values).encode())


def values_of(token: Token) -> Values:
    body = token.encode().removeprefix(f"{VERSION}-")
    padded = body + "=" * (-len(body) % 4)
    values: Values = json.loads(zlib.decompress(base64.urlsafe_b64decode(padded)))
    return values


def decode_or_refuse(text: str) -> Token | None:
    """Return the token, None if it was refused as it should be; anything else gets out."""
    try:
        return Token.decode(text)
    except (BadToken, UnknownVersion):
        return None


@FUZZ
@given(st.text())
def test_garbage_is_refused(text: str) -> None:
    assert decode_or_refuse(text) is None


@FUZZ
@given(st.text(max_size=60))
def test_garbage_behind_the_right_version_is_a_bad_token(body: str) -> None:
    with pytest.raises(BadToken):
        Token.decode(f"{VERSION}-{body}")


@FUZZ
@given(st.binary(max_size=60))
def test_well_packed_garbage_is_a_bad_token(content: bytes) -> None:
    with pytest.raises(BadToken):
        Token.decode(packed(content))


def test_every_cut_off_token_is_refused(token: Token) -> None:
    text = token.encode()
    for length in range(len(text)):
        assert decode_or_refuse(text[:length]) is None


@FUZZ
@given(data=st.data())
def test_a_flipped_bit_is_never_taken_for_another_execution(token: Token, data: Any) -> None:
    text = bytearray(token.encode(), "ascii")
    at = data.draw(st.integers(0, len(text) - 1))
    text[at] ^= 1 << data.draw(st.integers(0, 6))
    assert decode_or_refuse(text.decode("ascii")) in (None, token)


@FUZZ
@given(data=st.data())
def test_any_value_in_place_of_any_field_is_read_or_refused(token: Token, data: Any) -> None:
    values = values_of(token)
    place = data.draw(st.sampled_from([values, values["parameters"]]))
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(JSON_VALUES)
    decode_or_refuse(from_values(values))


def test_a_missing_field_is_a_bad_token(token: Token) -> None:
    for name in values_of(token):
        with pytest.raises(BadToken, match="damaged"):
            Token.decode(
                from_values({key: value for key, value in values_of(token).items() if key != name})
            )


@pytest.mark.parametrize("place", [(), ("parameters",)])
def test_an_unknown_field_is_a_bad_token(token: Token, place: tuple[str, ...]) -> None:
    values = values_of(token)
    inner = values
    for name in place:
        inner = inner[name]
    inner["later\x1b[2J"] = 1
    refused(values, "no token has a field|exactly the fields")


@pytest.mark.parametrize(
    "path",
    [
        ("bugs",),
        ("patch",),
        ("deviations", 0),
        ("parameters", "irqs", 0),
        ("parameters", "guests", 0),
        ("parameters", "guests", 0, 0, 3),
        ("parameters", "devices", 0, 0),
    ],
)
def test_one_more_value_than_a_list_has_is_a_bad_token(
    token: Token, path: tuple[str | int, ...]
) -> None:
    values = values_of(token) | {"patch": ["K", "0123"]}
    inner: Any = values
    for key in path:
        inner = inner[key]
    inner.append({})
    refused(values, "damaged")


def refused(values: Values, match: str) -> None:
    """Check that values are refused with an error that does no harm itself."""
    with pytest.raises(BadToken, match=match) as refusal:
        Token.decode(from_values(values))
    assert is_printable(str(refusal.value))
    assert len(str(refusal.value)) < 300


HOSTILE = ["\x1b]0;title\x07", "a\nb", "\u202e", "\ud800", "\u2028", "x" * 1_001]
TEXTS = [
    ("scenario",),
    ("revision",),
    ("bugs", 0),
    ("patch", 0),
    ("patch", 1),
    ("signature",),
    ("digest",),
    ("model",),
    *(("deviations", 0, place) for place in (0, 2, 3, 4, 5)),
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_text_that_could_act_on_a_terminal_is_a_bad_token(token: Token, text: str) -> None:
    for path in TEXTS:
        values = values_of(token) | {"bugs": ["no_splice"], "patch": ["K", "0123"]}
        values["deviations"][0] = ["vcpu0", 1, "dev0", "lock", "f", "c", 1]
        inner: Any = values
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = text
        refused(values, "damaged")


def test_more_than_any_execution_has_is_a_bad_token(token: Token) -> None:
    values = values_of(token)
    refused(values | {"deviations": [["vcpu0", 0, "dev0"]] * 30_000}, "deviations")
    refused(values | {"bugs": ["no_splice"] * 1_000}, "bugs")
    refused(values | {"deviations": [["vcpu0", 1 << 64, "dev0"]]}, "number from 0")


def test_a_text_longer_than_a_token_is_not_looked_into() -> None:
    with pytest.raises(BadToken, match="at most"):
        Token.decode(f"{VERSION}-" + "A" * PACKED_MAX)
    with pytest.raises(UnknownVersion) as unknown:
        Token.decode(f"vs{'9' * 100_000}-")
    assert len(str(unknown.value)) < 100


@pytest.mark.parametrize("values", [None, 7, "text", [], [1], {}])
def test_json_that_is_no_object_of_fields_is_a_bad_token(values: object) -> None:
    with pytest.raises(BadToken):
        Token.decode(from_values(values))


def set_nr_lr(values: Values) -> None:
    values["parameters"]["nr_lr"] = 17


def set_target(values: Values) -> None:
    values["parameters"]["irqs"][0][3] = 2


def set_intid(values: Values) -> None:
    values["parameters"]["devices"][0][0][0] = 34


def set_instructions(values: Values) -> None:
    values["parameters"]["guests"][0][0] = ["acknowledge", "z"]


def set_negative_operation(values: Values) -> None:
    values["deviations"][0][1] = -1


def set_boolean_operation(values: Values) -> None:
    values["deviations"][0][1] = True


@pytest.mark.parametrize(
    "change",
    [
        set_nr_lr,
        set_target,
        set_intid,
        set_instructions,
        set_negative_operation,
        set_boolean_operation,
    ],
)
def test_values_no_machine_can_have_are_a_bad_token(
    token: Token, change: Callable[[Values], None]
) -> None:
    values = values_of(token)
    change(values)
    with pytest.raises(BadToken, match="damaged"):
        Token.decode(from_values(values))


@pytest.mark.parametrize("content", [b" " * (64 << 20), b"[" * (16 << 20)])
def test_a_zip_bomb_is_a_bad_token(content: bytes) -> None:
    with pytest.raises(BadToken, match="too large"):
        Token.decode(packed(content))


@pytest.mark.parametrize("depth", [500, 5_000, 500_000])
@pytest.mark.parametrize("field", ["signature", "deviations", "bugs"])
def test_deep_nesting_is_a_bad_token(token: Token, field: str, depth: int) -> None:
    text = json.dumps(values_of(token) | {field: "HERE"})
    with pytest.raises(BadToken):
        Token.decode(packed(text.replace('"HERE"', "[" * depth + "]" * depth).encode()))


def test_a_number_of_many_digits_is_read_or_refused(token: Token) -> None:
    text = json.dumps(values_of(token) | {"deviations": "HERE"})
    number = "9" * 5_000
    decode_or_refuse(packed(text.replace('"HERE"', f'[["vcpu0",{number},"dev0"]]').encode()))


@pytest.mark.parametrize("version", ["vs0", "vs4", "vs9", "vs10"])
def test_another_version_is_unknown_whatever_follows(token: Token, version: str) -> None:
    for body in (token.encode().removeprefix(f"{VERSION}-"), "garbage", ""):
        with pytest.raises(UnknownVersion, match=version):
            Token.decode(f"{version}-{body}")


@pytest.mark.parametrize("text", ["", "-", "vs1", "vs-", "v1-abc", "1-abc", "@file", "vsx-abc"])
def test_what_does_not_begin_as_a_token_is_told_how_one_begins(text: str) -> None:
    with pytest.raises(BadToken, match=f"begins with {VERSION}-"):
        Token.decode(text)


def test_what_stands_behind_a_token_is_not_passed_over(token: Token) -> None:
    with pytest.raises(BadToken, match="damaged"):
        Token.decode(f"{token.encode()} --revision head-walk")
