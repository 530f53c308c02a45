# SPDX-License-Identifier: GPL-2.0-only
"""Does docs/scope.md name what there is: accesses, revisions and bounds, and only what there is?"""

import re
from importlib import import_module
from pathlib import Path

import pytest

from vgic import NR_VCPUS_MAX, REVISIONS, parameters
from vgic.accesses import ACCESSES, access
from vgic.data.lock_order import OUTERMOST_FIRST

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "scope.md").read_text("utf-8")
COVERED, LEFT_OUT = PAGE.split("## What is left out")

WITHOUT_A_REGISTER = {
    "quiesce": "quiesce",
    "raise": "raise",
    "lower": "lower",
    "exits": "counts exits",
    "rebind": "`rebind`",
    "msi": "`msi`",
    "movi": "`movi`",
    **{
        command: f"`{command}`"
        for command in (
            *("discard", "mapi", "mapti", "mapd", "mapd off", "mapc", "mapc off", "movall"),
            *("int", "clear", "inv", "invall"),
        )
    },
}
"""A device's own registers, and what user space does: the page has words for them, no names."""


def row(part: str) -> str:
    (line,) = [line for line in COVERED.splitlines() if line.startswith(f"| {part} |")]
    return line


def test_every_register_that_guests_access_is_named() -> None:
    modules = [import_module(f"vgic.accesses.{name}") for name in vars(access) if _is_kind(name)]
    assert len(modules) == len(ACCESSES)
    registers = re.findall(
        r"\b(?:GIC[DRV]|ICC)_\w+", " ".join(str(each.__doc__) for each in modules)
    )
    assert len(registers) >= len(ACCESSES) - len(WITHOUT_A_REGISTER)
    for register in registers:
        assert register in row("what guests access")
        assert register not in LEFT_OUT


def test_every_access_without_a_register_of_the_architecture_is_named_as_what_it_is() -> None:
    for name, words in WITHOUT_A_REGISTER.items():
        assert name in ACCESSES
        assert words in row("what guests access")


def test_every_lock_is_named() -> None:
    orders = re.findall(r"`([\w>-]+)`", row("locks"))
    assert orders == list(OUTERMOST_FIRST)


def _is_kind(name: str) -> bool:
    return (ROOT / "vgic" / "accesses" / f"{name}.py").is_file() and name not in ("access", "kind")


def test_every_generation_is_named_and_no_other() -> None:
    named = re.findall(r"`([^`/]+)`", row("generations"))
    assert set(named) == set(REVISIONS)


@pytest.mark.parametrize(
    ("part", "most", "what"),
    [
        ("interrupts", parameters.NR_IRQS_MAX, "up to {}"),
        ("machine", NR_VCPUS_MAX, "1 to {} vCPUs"),
        ("machine", parameters.NR_LR_MAX, "1 to {} list registers"),
        ("machine", parameters.NR_DEVICES_MAX, "up to {} devices"),
    ],
)
def test_bounds_are_those_of_a_machine(part: str, most: int, what: str) -> None:
    assert what.format(most) in row(part)


def test_places_are_there() -> None:
    places = re.findall(r"`((?:vgic|harness|stress)/[^`]+)`", PAGE)
    assert places
    for place in places:
        assert (ROOT / place).exists()


def test_what_is_not_there_is_said_to_be_left_out() -> None:
    """An access that is added moves from one table to the other."""
    for name, words in {"movall": "MOVALL", "dir": "writes of DIR"}.items():
        assert (name in ACCESSES or (ROOT / "vgic" / "accesses" / f"{name}.py").is_file()) != (
            words in LEFT_OUT
        )
