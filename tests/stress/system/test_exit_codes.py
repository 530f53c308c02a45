# SPDX-License-Identifier: GPL-2.0-only
"""Which exit code counts when several apply, and does the one table name them all?"""

from itertools import permutations

import pytest

from stress.system.exit_codes import REPLAY_CODES, RUN_CODES, Exit, table, worst

WORST_FIRST = [2, 3, 1, 130, 4, 0]


@pytest.mark.parametrize("first", range(len(WORST_FIRST)))
def test_the_worst_code_counts_in_the_order_2_3_1_130_4_0(first: int) -> None:
    applying = [Exit(code) for code in WORST_FIRST[first:]]
    for order in permutations(applying):
        assert worst(order) == WORST_FIRST[first]


def test_of_any_two_codes_the_one_named_earlier_counts() -> None:
    for worse, better in permutations(WORST_FIRST, 2):
        if WORST_FIRST.index(worse) < WORST_FIRST.index(better):
            assert worst([Exit(better), Exit(worse)]) == worse


def test_nothing_wrong_is_clean() -> None:
    assert worst([]) == 0


def test_codes_are_the_promised_ones() -> None:
    assert set(RUN_CODES) == {0, 1, 2, 3, 4, 130}
    assert set(REPLAY_CODES) >= {0, 1, 2, 125}


def test_the_table_names_every_code_of_both_commands_with_its_meaning() -> None:
    run, _, replay = table().partition("Exit codes of replay and shrink:")
    for code, meaning in RUN_CODES.items():
        assert f"{code.value}  {meaning}" in run
    for code, meaning in REPLAY_CODES.items():
        assert f"{code.value}  {meaning}" in replay
