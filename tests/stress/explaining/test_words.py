# SPDX-License-Identifier: GPL-2.0-only
"""How is said what is in a word that threads share?"""

import pytest

from stress.explaining.words import value_in_words
from vgic.data import LpisOf
from vgic.state.primitives import _cell_state


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, "1"),
        (7, "7"),
        ("a word", "a word"),
        (LpisOf.BEING_DISABLED, "being disabled"),
        ((), "nothing"),
        ((3, 4), "3 4"),
        (((0, 32), (1, 40)), "0:32 1:40"),
        ([3], "list"),
        ((object(),), "tuple"),
    ],
)
def test_a_word_or_a_row_of_words_is_said_and_of_all_else_the_type(
    value: object, said: str
) -> None:
    assert value_in_words("value", _cell_state(value).value) == said
