# SPDX-License-Identifier: GPL-2.0-only
"""Does every token that was ever handed out replay to what it was made of, step for step?

`tests/data/tokens/` has a file for each version of tokens, written once by the release that had
that version and never again: a line is a token, with the digest, the signature and the number of
steps of the execution it was made of. Those of version 1 are of every scenario and revision there
was, of every bug, of every access, and those that the docs have shown.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from harness import Failed, OsThreads
from stress.executions import Token, follow
from stress.executions.token import VERSION
from stress.replaying.opening import cases

TOKENS = Path(__file__).parents[2] / "data" / "tokens"
FROZEN = {
    "version-1.jsonl": "c6eb8ef96276782a987e236b32816f0e316c895488445089f149200fcedb1cfe",
}
"""Each file and the SHA-256 of what it holds: a new version is a new file."""

SOONER = {"4161965c698e7007": ("8d45305f848f5f14", 261)}
"""What a check of today ends sooner, as the same: digest and number of steps, by the digest then.

A missed kick is found while guests run, and not only when everybody idles.
"""

LINES = [
    json.loads(line) for name in FROZEN for line in (TOKENS / name).read_text("ascii").splitlines()
]


def name_of(line: dict[str, Any]) -> str:
    return "+".join([line["revision"], *line["bugs"], line["scenario"], line["digest"]])


def test_what_is_frozen_stays_as_it_is() -> None:
    held = {path.name: sha256(path.read_bytes()).hexdigest() for path in TOKENS.iterdir()}
    assert held == FROZEN


def test_what_is_frozen_is_of_every_kind() -> None:
    assert len({line["scenario"] for line in LINES}) == 14
    assert len({line["revision"] for line in LINES}) == 3
    assert len({bug for line in LINES if line["signature"] for bug in line["bugs"]}) == 13
    assert {bool(line["signature"]) for line in LINES} == {True, False}


@pytest.mark.parametrize("line", LINES, ids=name_of)
def test_a_frozen_token_replays_to_what_it_was_made_of(
    line: dict[str, Any], pinned: OsThreads
) -> None:
    token = Token.decode(line["token"])
    assert (token.scenario, token.digest) == (line["scenario"], line["digest"])
    (case,) = cases([token], None, None)
    followed = follow(token, case.target, pinned, strict=True)
    outcome = followed.execution.outcome
    assert followed.divergence == ""
    expected = SOONER.get(line["digest"], (line["digest"], line["steps"]))
    assert (followed.execution.digest, followed.execution.steps) == expected
    assert (outcome.failure.signature if isinstance(outcome, Failed) else "") == line["signature"]


@pytest.mark.parametrize("line", LINES, ids=name_of)
def test_a_frozen_token_is_the_same_once_it_is_written_anew(line: dict[str, Any]) -> None:
    token = Token.decode(line["token"])
    anew = token.encode()
    assert anew.startswith(f"{VERSION}-")
    assert Token.decode(anew) == token
