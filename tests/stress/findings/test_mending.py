# SPDX-License-Identifier: GPL-2.0-only
"""Is it found out by running which override is to blame, and is what one mends one finding?"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness import Failed, OsThreads
from harness.search.strategies import MIX
from stress.campaign.result import Result
from stress.executions import Target, Token, confirm, run_index, target_of
from stress.explaining import explain
from stress.findings.example import Example
from stress.findings.finding import Finding
from stress.findings.inquiry import Answer
from stress.findings.mending import mended_text, mends, overrides
from stress.findings.store import ALSO, Keeper, keep
from stress.reporting.finding_text import also_text
from stress.scenarios import SCENARIOS
from stress.shrinking import shrink
from tests.fixtures.gallery import WRONG
from vgic import BUGS, Reference
from vgic.data import Vcpu, VgicIrq
from vgic.revisions import FlushBeforeMode

MakeExample = Callable[..., Example]
MakeSmall = Callable[[str, OsThreads], Token]


class OneOfTwo(FlushBeforeMode, Reference):
    """Leaves a request out, as a known bug does, and does something else of its own that is right.

    Both are overrides; one is to blame.
    """

    def announce_pending(self, vcpu: Vcpu) -> None:
        """Kick without a request."""
        self.kvm_vcpu_kick(vcpu)

    def sort_key(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[bool | int, ...]:
        """Say the same as the reference."""
        return super().sort_key(vcpu, irq)


def mended(token: Token, target: Target, carriers: OsThreads) -> tuple[str, ...]:
    divergence = explain(token, target, carriers).divergence
    return mends(token, target, divergence, carriers)


@pytest.mark.parametrize("name", sorted(set(WRONG) & set(BUGS)))
def test_what_a_bug_overrides_mends_it(made_small: MakeSmall, pinned: OsThreads, name: str) -> None:
    found = mended(made_small(name, pinned), WRONG[name], pinned)
    assert found
    assert set(found) <= set(overrides(WRONG[name].kernel))


def test_of_two_overrides_the_one_to_blame_is_named(
    made_small: MakeSmall, pinned: OsThreads
) -> None:
    """The known bug's schedule fails on the class alike."""
    target = target_of(OneOfTwo, ())
    token = made_small("kick_without_request", pinned)
    assert overrides(target.kernel) == ["announce_pending", "enter_guest_mode", "sort_key"]
    assert mended(token, target, pinned) == ("announce_pending", "enter_guest_mode")


def test_where_none_is_to_blame_alone_two_together_are_named(pinned: OsThreads) -> None:
    """Putting nothing aside goes with walking the one list that is left."""
    name, index = "inject_while_eoicount", 0
    while True:
        single = run_index(SCENARIOS[name], 7, index, MIX, WRONG["head-walk"], pinned)
        outcome, index = single.execution.outcome, index + 1
        if isinstance(outcome, Failed) and "stuck active" in outcome.failure.kind:
            break
    token, _ = confirm(single, name, WRONG["head-walk"], pinned)
    assert mended(shrink(token, WRONG["head-walk"], pinned).token, WRONG["head-walk"], pinned) == (
        "eoicount_candidates and split_ap_list",
    )


def test_the_reference_has_nothing_to_take_out(
    gallery: dict[str, Token], pinned: OsThreads
) -> None:
    assert overrides(Reference) == overrides(Target(races=True).kernel) == []
    assert mends(gallery["no_splice"], Target(), None, pinned) == ()


def test_a_mend_is_said_in_words() -> None:
    assert mended_text(()) == ""
    assert mended_text(("f", "g")) == "passes with the reference's f or g"


def answer(example: Example, *names: str) -> Answer:
    return Answer(-1, "scenario", 3, "pct", replace(example, mends=names, kernel="mine"))


def test_what_one_method_mends_is_one_finding(example: MakeExample) -> None:
    result = Result()
    for signature, names in (
        ("I13 lost", ("f", "g")),
        ("I16 missed", ("g", "h")),
        ("I7 unlisted", ("f",)),
        ("I3 left", ()),
        ("I4 left", ()),
        ("I16 missed", ("g",)),
    ):
        result.find(answer(example(signature, f"vs1-{signature}"), *names))
    # g mends the first two; what only f mends is another one, and so is what nothing mends.
    assert list(result.findings) == ["I13 lost", "I7 unlisted", "I3 left", "I4 left"]
    assert {name: [each.signature for each in also] for name, also in result.also.items()} == {
        "I13 lost": ["I16 missed"]
    }
    assert result.mends(result.findings["I13 lost"]) == ("g",)
    assert sorted(result.symptoms) == [
        "I13 lost",
        "I16 missed",
        "I3 left",
        "I4 left",
        "I7 unlisted",
    ]
    text = also_text(result.also["I13 lost"], {"I16 missed": 4}, {"I16 missed": Path("here")})
    assert text.startswith("  also seen as I16 missed (4 with its symptom), first in execution 3 ")
    assert text.endswith("kept in here")


def of(example: Example, *names: str) -> Finding:
    return Finding("scenario", 3, "pct", replace(example, mends=names, kernel="mine"))


def test_other_seeds_keep_what_the_same_method_mends_in_the_same_folder(
    example: MakeExample, tmp_path: Path
) -> None:
    first = keep(of(example("I13 lost", "vs1-a"), "f"), tmp_path)
    again = keep(of(example("I13 lost", "vs1-a"), "f"), tmp_path)
    other = keep(of(example("I16 missed", "vs1-b"), "f"), tmp_path)
    beside = keep(of(example("I7 unlisted", "vs1-c"), "f", "g"), tmp_path, other)
    assert first is not None
    assert first == again
    assert first.name.startswith("f-")
    assert (first / "token").read_text("utf-8") == "vs1-a\n"
    assert {path.parent for path in (other, beside) if path} == {first / ALSO}
    assert list(tmp_path.iterdir()) == [first]
    assert "passes with the reference's f\n" in (first / "report.txt").read_text()
    another_method = keep(of(example("I13 lost", "vs1-a"), "g"), tmp_path)
    another_kernel = keep(replace_kernel(of(example("I13 lost", "vs1-a"), "f")), tmp_path)
    assert len({first, another_method, another_kernel}) == len(list(tmp_path.iterdir())) == 3


def replace_kernel(finding: Finding) -> Finding:
    return replace(finding, example=replace(finding.example, kernel="yours"))


def test_what_was_found_gives_way_to_what_is_kept_beside_another(
    example: MakeExample, tmp_path: Path
) -> None:
    keeper = Keeper(tmp_path)
    first = keeper.settled(1, of(example("I13 lost", "vs1-a"), "f"))
    keeper.confirmed(2, of(example("I16 missed", "vs1-b-as-found")))
    assert len(list(tmp_path.iterdir())) == 2
    kept = keeper.settled(2, of(example("I16 missed", "vs1-b"), "f"), first)
    assert list(tmp_path.iterdir()) == [first]
    assert kept is not None
    assert kept.parent.parent == first
