# SPDX-License-Identifier: GPL-2.0-only
"""Does a view begin with what a reader has to know of the machine, and with no more?"""

import pytest

from stress.explaining.machine import choices_in_words
from vgic.data import Config, Program
from vgic.hardware import PLAIN, Implementation
from vgic.parameters import Irq, Parameters


def machine(*groups: int, hardware: Implementation = PLAIN) -> Parameters:
    irqs = tuple(Irq(32 + n, Config.EDGE, 0x80, 0, group) for n, group in enumerate(groups))
    return Parameters(1, irqs, (Program((), (0,)),), (), hardware=hardware)


def test_of_a_machine_of_group_1_that_chooses_nothing_nothing_is_said() -> None:
    assert choices_in_words(machine(1, 1)) == ""


def test_the_interrupts_of_group_0_are_named() -> None:
    assert choices_in_words(machine(0, 1, 0)) == "in group 0: 32 34"


@pytest.mark.parametrize("name", PLAIN._fields)
def test_whatever_cpus_have_is_said(name: str) -> None:
    words = choices_in_words(machine(1, hardware=PLAIN._replace(**{name: True})))
    assert words.startswith("CPUs ")
    assert name not in words, "it is said in words"


def test_all_of_it_is_one_line() -> None:
    hardware = Implementation(has_tdir=True, idle_end_counts=True)
    assert choices_in_words(machine(0, hardware=hardware)) == (
        "in group 0: 32; CPUs can trap DIR alone and count an end that drops no priority"
    )
