# SPDX-License-Identifier: GPL-2.0-only
"""Are upstream's changes in docs/usage.md small patches, and is what it says of them so?"""

import ast
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness import Failed, OsThreads
from stress.executions import Target, run_index, target_of
from stress.scenarios import SCENARIOS
from tests.docs.pages import blocks
from vgic.data import Vcpu

PAGE = (Path(__file__).parents[3] / "docs" / "usage.md").read_text("utf-8")
SECTION = PAGE.partition("## Upstream's changes, as patches\n")[2].partition("\n## ")[0]
FILES = {
    each.mark.removeprefix("file: "): each.body
    for each in blocks(SECTION)
    if each.mark.startswith("file: ")
}
ROW = re.compile(r"^\| `(\S+)` \| `(\S+)` \| `(\S+)` \| (.*) \| (.*) \|$", re.MULTILINE)
ROWS = {row[0]: row[1:] for row in ROW.findall(SECTION)}
LINES_MAX = 15
EXECUTIONS = 80
ABOUT = 3
"""An edit of the model draws other schedules: so many times as often, or as rarely, is as often."""
RARE = 3


def found(target: Target, scenario: str, carriers: OsThreads) -> Counter[str]:
    """Return in how many of the first executions of a scenario there is which symptom."""
    outcomes = (
        run_index(SCENARIOS[scenario], 1, index, "random-walk", target, carriers).execution.outcome
        for index in range(EXECUTIONS)
    )
    return Counter(outcome.failure.signature for outcome in outcomes if isinstance(outcome, Failed))


def assert_is_so(cell: str, counts: Counter[str]) -> None:
    """What is said is seen about as often, and little else is."""
    said = {symptom: int(count) for count, symptom in re.findall(r"(\d+) `([^`]+)`", cell)}
    assert said or cell == "none"
    for symptom, count in said.items():
        assert count / ABOUT <= counts[symptom] <= count * ABOUT, symptom
    assert all(count < RARE for symptom, count in counts.items() if symptom not in said)


def test_there_are_five_and_each_has_a_row() -> None:
    assert len(FILES) >= 5
    assert FILES.keys() == ROWS.keys()


@pytest.mark.parametrize("name", FILES)
def test_a_class_is_shorter_than_fifteen_lines(name: str) -> None:
    (patch,) = [each for each in ast.parse(FILES[name]).body if isinstance(each, ast.ClassDef)]
    assert patch.end_lineno is not None
    assert patch.end_lineno - patch.lineno + 1 < LINES_MAX


@pytest.mark.parametrize("name", FILES)
def test_what_is_said_of_it_is_so(name: str, tmp_path: Path, pinned: OsThreads) -> None:
    base, scenario, before, after = ROWS[name]
    file = tmp_path / name
    file.write_text(FILES[name], "utf-8")
    patched = target_of(str(file), ())
    assert issubclass(patched.kernel, Target(base).kernel)
    assert_is_so(before, found(Target(base), scenario, pinned))
    assert_is_so(after, found(patched, scenario, pinned))


@pytest.mark.parametrize("patches", [False, True])
def test_the_cursor_is_set_only_when_all_list_registers_are_filled_if_that_is_patched(
    patches: bool, tmp_path: Path, pinned: OsThreads
) -> None:
    """No guest can see it, so nothing else would tell the patch from one that does nothing."""
    name = "cursor_when_full.py"
    base, scenario, *_ = ROWS[name]
    file = tmp_path / name
    file.write_text(FILES[name], "utf-8")
    seen: Counter[tuple[bool, bool]] = Counter()

    def flush(self: Any, vcpu: Vcpu) -> None:
        kernel.__base__.vgic_flush_lr_state(self, vcpu)  # type: ignore[union-attr]  # it has one
        seen[vcpu.cpu.last_lr_irq is not None, self.kvm.nr_lr == vcpu.vgic_cpu.used_lrs] += 1

    tested = target_of(str(file), ()) if patches else Target(base)
    kernel = type("Seen", (tested.kernel,), {"vgic_flush_lr_state": flush})
    with_flush_seen = replace(tested)
    vars(with_flush_seen).update(vars(tested), kernel=kernel, at_first=tested.at_first)
    for index in range(10):
        run_index(SCENARIOS[scenario], 1, index, "random-walk", with_flush_seen, pinned)
    assert seen[True, True]
    assert bool(seen[True, False]) is not patches
