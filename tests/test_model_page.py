# SPDX-License-Identifier: GPL-2.0-only
"""docs/model.md names what there is, and leaves no kernel function of the model out."""

import re

import pytest

from tests.docs.pages import ROOT
from vgic.composition import functions

PAGE = (ROOT / "docs" / "model.md").read_text("utf-8")
NAMED = re.findall(r"`([\w/]+\.py)` `(\w+)`", PAGE)
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and " --- " not in line]


@pytest.mark.parametrize(("file", "name"), sorted(set(NAMED)))
def test_what_carries_a_row_is_there(file: str, name: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    assert re.search(rf"^\s*(def|class) {name}\b|^{name}\b.*=", text, re.MULTILINE)


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row != "| what | carried by |"], ids=lambda row: row[2:40]
)
def test_each_row_is_carried_or_left_out(row: str) -> None:
    carried = row.strip("| ").rpartition(" | ")[2]
    assert carried == "left out" or re.fullmatch(r"(`[\w/]+\.py` `\w+`(, )?)+", carried)


def test_no_kernel_function_is_missing() -> None:
    of_the_kernel = {name for name, function in functions().items() if not function.decision}
    assert of_the_kernel - {"has_pending_below"} <= {name for _, name in NAMED}
