# SPDX-License-Identifier: GPL-2.0-only
"""Is a token read from wherever it stands, and no more of that than a token can be?"""

import io
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from harness.schedule import PACKED_MAX
from stress.executions.token import CannotJudge, Token
from stress.inputs.arguments import BadArgument
from stress.replaying import opening
from vgic import CompositionError, Reference


class Stdin:
    """A standard input of these bytes."""

    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


def test_a_token_is_read_from_a_file_and_from_standard_input(
    token: Token, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = token.encode()
    (tmp_path / "token").write_text(text + "\n", "utf-8")
    monkeypatch.setattr(sys, "stdin", Stdin(text.encode()))
    assert opening.opened(text) == opening.opened(f"@{tmp_path / 'token'}") == token
    assert opening.opened("-") == token


@pytest.fixture
def endless() -> Path:
    path = Path("/dev/zero")
    if not path.exists():
        pytest.skip("there is no endless file")
    return path


def test_no_more_is_read_than_a_token_can_be(
    endless: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadArgument, match=f"more than {PACKED_MAX} characters"):
        opening.opened(f"@{endless}")
    with endless.open("rb") as file:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(file))
        with pytest.raises(BadArgument, match="standard input holds no token"):
            opening.opened("-")


@pytest.mark.parametrize("content", [b"\xff\xfe", "vs1-caf\u00e9".encode()])
def test_what_is_no_text_is_refused_wherever_it_stands(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_bytes(content)
    monkeypatch.setattr(sys, "stdin", Stdin(content))
    for argument in (f"@{tmp_path / 'token'}", "-"):
        with pytest.raises(BadArgument, match="holds no token"):
            opening.opened(argument)


@pytest.mark.parametrize("name", ["", "missing", "folder", "nul\0", os.fsdecode(b"\xff")])
def test_a_file_that_cannot_be_read_is_a_bad_argument(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(BadArgument, match="cannot be read"):
        opening.opened(f"@{tmp_path / name}")


def test_what_it_was_found_on_may_be_called_by_an_alias(token: Token) -> None:
    for name in ("v1", "reference"):
        (case,) = opening.cases([replace(token, revision=name, bugs=(), patch=None)], None, None)
        assert case.target.kernel is Reference
        assert case.target.revision == "reference"


def test_a_bug_that_does_not_apply_cannot_be_judged_where_a_token_says_so(token: Token) -> None:
    strange = replace(token, revision="head-walk", bugs=("no_splice",), patch=None)
    with pytest.raises(CannotJudge, match="no_splice does not apply to head-walk"):
        opening.cases([strange], None, None)
    assert opening.cases([strange], None, ["prune_active"])
    with pytest.raises(CompositionError, match="no_splice does not apply to head-walk"):
        opening.cases([token], "head-walk", ["no_splice"])
