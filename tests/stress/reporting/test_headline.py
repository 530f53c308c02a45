# SPDX-License-Identifier: GPL-2.0-only
"""Does a first or last line keep what identifies a run, and within its columns all it can?"""

from hypothesis import given
from hypothesis import strategies as st

from stress.reporting.headline import COLUMNS_MAX, clipped, line, shortened

WORDS = st.text("abcdefg=", min_size=1, max_size=40)


@given(st.text("abc def", max_size=120), st.text("abc/def", max_size=200), st.lists(WORDS))
def test_it_is_never_too_long_and_always_has_its_identity(
    begin: str, tested: str, options: list[str]
) -> None:
    text = line(begin, tested, ["seed=0xffffffffffffffff", "model=f32afb7c8a2a"], options)
    assert len(text) <= COLUMNS_MAX
    assert "(seed=0xffffffffffffffff " in text
    assert text.endswith("model=f32afb7c8a2a)")


def test_dots_stand_for_what_finds_no_room_and_the_rest_is_whole() -> None:
    text = line("run:", "reference", ["model=0"], ["first=1", "long=" + "x" * 90, "last=2"])
    assert text == "run: reference (first=1 last=2 ... model=0)"


def test_the_last_column_is_used() -> None:
    option = "x" * (COLUMNS_MAX - len("run: reference ( model=0)"))
    assert option in line("run:", "reference", ["model=0"], [option])
    assert option not in line("run:", "reference", ["model=0"], [option + "x"])


def test_a_long_path_keeps_both_its_ends() -> None:
    assert shortened("/a/very/long/path/my_patch.py:MyKernel", 20) == "/a/very/l...MyKernel"
    assert shortened("my_patch.py", 11) == "my_patch.py"
    assert clipped("12000 executions", 8) == "12000..."
