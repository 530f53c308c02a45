# SPDX-License-Identifier: GPL-2.0-only
"""Does every token that was ever handed out replay to what it was made of?

`tests/data/tokens/` has a file for each version of tokens, written once by the release that had
that version and never again: a line is a token, with the digest, the signature and the number of
steps of the execution it was made of. Those of version 1 are of every scenario and revision there
was, of every bug, of every access, and those that the docs have shown.

What was found on the reference replays step for step on the order of entry that it had then, and
by its labels, as the same failure, on the reference of today.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from harness import OsThreads
from stress.executions import Followed, Target, Token, follow
from stress.executions.token import VERSION
from stress.replaying.opening import cases
from vgic import Reference
from vgic.composition import compose
from vgic.revisions import FlushBeforeMode, FoldClearsLatch, KeysReadAgain, SortedBySummary

TOKENS = Path(__file__).parents[2] / "data" / "tokens"
FROZEN = {
    "version-1.jsonl": "c6eb8ef96276782a987e236b32816f0e316c895488445089f149200fcedb1cfe",
}
"""Each file and the SHA-256 of what it holds: a new version is a new file."""

SOONER = {"4161965c698e7007": ("8d45305f848f5f14", 261)}
"""What a check of today ends sooner, as the same: digest and number of steps, by the digest then.

A missed kick is found while guests run, and not only when everybody idles.
"""

MASKED = {
    "584f9f8275ac2ffb": ("8c38ee6f960a8a14", 445),
    "38818e5d2422bdfc": ("0dfee1829ed12bbc", 539),
    "75f7b5f791ca9066": ("d3746d565fe3f8b1", 78),
    "c5885bedf8287d4b": ("b68521b15eab662c", 555),
    "bcc2860c12b1e2f2": ("3b7362286b3ba88d", 386),
    "a2ee28d270bf50df": ("b64de51683c17ae9", 309),
    "471a97411d0a5322": ("36fa04a18d1d3bc7", 72),
}
"""What is another execution today, with the same signature: digest and number of steps likewise.

A guest of 0.1.0 was given what has the least urgent priority, 0xf8. No real one is.
"""
DIVERGE = frozenset(("a2ee28d270bf50df", "471a97411d0a5322"))
"""Those of them whose schedule cannot be followed to its end."""

LINES = [
    json.loads(line) for name in FROZEN for line in (TOKENS / name).read_text("ascii").splitlines()
]

ON_THE_REFERENCE = [line for line in LINES if line["revision"] == "v1"]
"""The reference looks at its requests before it flushes since 0.2, so these take other steps there.

On the order of then they replay strictly, as all others do; on that of today by their labels.
"""

AT_THE_SPLIT = "list corruption in kvm_vgic_flush_hwstate"
"""What v1-posted failed as at its first split, and does no more: what comes of it is judged."""

GO_ON = [line for line in LINES if line["signature"] == AT_THE_SPLIT]
AS_THEY_WERE = [line for line in LINES if line["signature"] != AT_THE_SPLIT]

MADE_SMALL: dict[str, str] = json.loads((TOKENS.parent / "made_small.json").read_text("ascii"))
"""Random walks of 7 to 265 choices, some of which have no place in the order of today.

Each as it was made small on the reference of then: by the labels of the one to four choices that
are left of it, it is the same failure today. (As it is, one of them is another missed kick.)
"""


WITHOUT_A_PLACE = frozenset(
    (
        "9e9634864e7df0b8", "0b38634ac38b9c0d", "a2ee28d270bf50df", "38818e5d2422bdfc",
        "482e64740b09b76f", "29be7fffd034f1f7",
    )
)  # fmt: skip
"""Walks that passed then, some choices of which have no place in the order of today.

That they pass says nothing; that all others do is judged.
"""


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


class AsOfThen(FlushBeforeMode, KeysReadAgain, SortedBySummary, FoldClearsLatch, Reference):
    """The reference of 0.1.0: its order of entry, and what has been mended in it since."""


class SortsAsThen(SortedBySummary, Reference):
    """The reference of today, which sorts only what the summary has foreseen."""


SORTED_TODAY = frozenset(("8f4f890b4a4b195d", "dcc7408ec8844b9e"))
"""Both of stale_summary. In them the overflow that the summary has not foreseen is sorted today, so
that the more urgent is not outside: they fail, by their labels, where it is not."""


def replayed(line: dict[str, Any], carriers: OsThreads) -> Followed:
    """Replay a line's token strictly; what was found on the reference in the order of then."""
    token = Token.decode(line["token"])
    assert (token.scenario, token.digest) == (line["scenario"], line["digest"])
    (case,) = cases([token], None, None)
    if token.revision == "reference":
        target = Target(cls=compose(AsOfThen, line["bugs"]))
        return follow(token, target, carriers, strict=True)
    return follow(token, case.target, carriers, strict=True)


def signature_of(followed: Followed) -> str:
    return "" if followed.failure is None else followed.failure.signature


@pytest.mark.parametrize("line", AS_THEY_WERE, ids=name_of)
def test_a_frozen_token_replays_to_what_it_was_made_of(
    line: dict[str, Any], pinned: OsThreads
) -> None:
    followed = replayed(line, pinned)
    assert bool(followed.divergence) is (line["digest"] in DIVERGE)
    expected = (SOONER | MASKED).get(line["digest"], (line["digest"], line["steps"]))
    assert (followed.execution.digest, followed.execution.steps) == expected
    assert signature_of(followed) == line["signature"]


@pytest.mark.parametrize("line", GO_ON, ids=name_of)
def test_what_failed_at_the_first_split_goes_on_and_passes(
    line: dict[str, Any], pinned: OsThreads
) -> None:
    followed = replayed(line, pinned)
    assert (followed.divergence, signature_of(followed)) == ("", "")
    assert followed.execution.steps > line["steps"]


@pytest.mark.parametrize("line", ON_THE_REFERENCE, ids=name_of)
def test_what_was_found_on_the_reference_is_found_by_its_labels_on_that_of_today(
    line: dict[str, Any], pinned: OsThreads
) -> None:
    token = made_small(line) if line["digest"] in MADE_SMALL else Token.decode(line["token"])
    (case,) = cases([token], None, None)
    target = case.target
    if line["digest"] in SORTED_TODAY:
        assert signature_of(follow(token, target, pinned)) == ""
        target = Target(cls=compose(SortsAsThen, line["bugs"]))
    followed = follow(token, target, pinned)
    assert signature_of(followed) == line["signature"]
    assert bool(followed.no_verdict) is (line["digest"] in WITHOUT_A_PLACE)


def made_small(line: dict[str, Any]) -> Token:
    small = Token.decode(MADE_SMALL[line["digest"]])
    assert (small.signature, small.bugs) == (line["signature"], tuple(line["bugs"]))
    assert 0 < len(small.deviations) <= 4
    return small


@pytest.mark.parametrize(
    "line", [each for each in ON_THE_REFERENCE if each["digest"] in MADE_SMALL], ids=name_of
)
def test_a_long_walk_fails_alike_only_when_it_is_made_small(
    line: dict[str, Any], pinned: OsThreads
) -> None:
    token = Token.decode(line["token"])
    then = follow(made_small(line), Target(cls=compose(AsOfThen, line["bugs"])), pinned)
    assert signature_of(then) == line["signature"]
    today = follow(token, Target(bugs=tuple(line["bugs"])), pinned)
    assert signature_of(today) != line["signature"]


def test_what_is_another_execution_has_the_least_urgent_priority() -> None:
    tokens = [Token.decode(each["token"]) for each in LINES if each["digest"] in MASKED]
    assert len(tokens) == len(MASKED)
    assert all(max(irq.priority for irq in each.parameters.irqs) == 0xF8 for each in tokens)


@pytest.mark.parametrize("line", LINES, ids=name_of)
def test_a_frozen_token_is_the_same_once_it_is_written_anew(line: dict[str, Any]) -> None:
    token = Token.decode(line["token"])
    anew = token.encode()
    assert anew.startswith(f"{VERSION}-")
    assert Token.decode(anew) == token
