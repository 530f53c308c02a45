# SPDX-License-Identifier: GPL-2.0-only
"""Does nothing that is printed act on a terminal, whoever has let it come so far?"""

import pytest

from stress.system import output

HOSTILE = "\x1b]0;title\x07\x9b2J\u202e\udc80\r\nSUCCESS: no finding"


def test_what_is_said_keeps_its_lines_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    output.say(HOSTILE)
    assert capsys.readouterr().out == (
        "\\x1b]0;title\\x07\\x9b2J\\u202e\\udc80\\r\nSUCCESS: no finding\n"
    )


def test_a_complaint_is_one_line_of_bounded_length(capsys: pytest.CaptureFixture[str]) -> None:
    output.complain(HOSTILE * 1_000)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert len(err) < 20_000
    assert "\x1b" not in err


def test_no_line_of_a_bugs_text_can_be_taken_for_a_verdict(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.complain_of_bug(f"Traceback:\n  in f\n{HOSTILE}\n")
    first, *rest = capsys.readouterr().err.splitlines()
    assert first == "HARNESS BUG: Traceback:"
    assert rest
    assert all(line.startswith("  ") for line in rest)
