# SPDX-License-Identifier: GPL-2.0-only
"""Is what comes from outside one printable line, whatever it was, and still readable?"""

import sys
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Execution, Failed, Failure, Scheduler
from harness.engine.printable import (
    TEXT_MAX,
    described,
    is_printable,
    printable,
    printable_lines,
    printable_name,
    printable_text,
    shortened,
)
from harness.engine.trace import entry_text

Run = Callable[..., Execution]

ACTING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
ANYTHING = st.text(st.characters(exclude_categories=()))
HOSTILE = "\x1b]0;title\x07\x1b[2J\u202egpj\udc80\u2028\nSUCCESS: no finding\r"


def test_every_character_that_is_no_glyph_is_escaped() -> None:
    """Those that this Python knows; a later Unicode has more of the same ranges."""
    characters = map(chr, range(sys.maxunicode + 1))
    let_through = [c for c in characters if unicodedata.category(c) in ACTING and is_printable(c)]
    assert not let_through


@pytest.mark.parametrize(
    "text", ["", "plain text", "caf\u00e9 \u6f22\u5b57 \U0001f600", r"a\nb", "'\""]
)
def test_glyphs_stay_as_they_are(text: str) -> None:
    assert printable(text) == printable_lines(text) == printable_text(text) == text


def test_the_rest_is_written_as_python_writes_it() -> None:
    assert printable("a\n\t\x1b[31m\x9b\u202e\udc80\U000e0041") == (
        r"a\n\t\x1b[31m\x9b\u202e\udc80\U000e0041"
    )


def test_lines_of_our_own_stay_lines() -> None:
    assert printable_lines("one\ntwo\r\x1b\u2028\x85") == "one\ntwo\\r\\x1b\\u2028\\x85"


@settings(max_examples=100, deadline=None)
@given(ANYTHING)
def test_a_printable_text_can_be_written_and_is_left_alone_the_next_time(text: str) -> None:
    once = printable_text(text)
    assert is_printable(once)
    assert once.encode("utf-8").decode("utf-8") == printable_text(once)


@pytest.mark.parametrize("length", [0, 20, TEXT_MAX, TEXT_MAX + 1, 1_000_000])
def test_a_long_text_loses_its_middle(length: int) -> None:
    text = f"begin{'x' * length}end"
    short = shortened(text)
    assert len(short) <= TEXT_MAX
    assert short.startswith("begin")
    assert short.endswith("end")
    assert (short == text) == (len(text) <= TEXT_MAX)
    assert len(printable_text("\U000e0041" * length)) <= TEXT_MAX


class NoText(Exception):
    def __str__(self) -> str:
        raise SystemExit("not today")


class WrongText(Exception):
    def __str__(self) -> str:
        return 7  # type: ignore[return-value]


class EndlessText(Exception):
    def __str__(self) -> str:
        return "\x1b[2J" * 1_000_000


def big_name() -> Exception:
    made: Exception = type("X/../../elsewhere\n\x1b[31m" + "y" * 5_000, (Exception,), {})("m")
    return made


EXCEPTIONS = [
    ValueError(HOSTILE), NoText(), WrongText(), EndlessText(), big_name(),
    KeyError("\udc80"), UnicodeEncodeError("utf-8", "\udc80", 0, 1, "\x1b"),
]  # fmt: skip


@pytest.mark.parametrize("exception", EXCEPTIONS, ids=lambda each: type(each).__name__[:12])
def test_every_exception_is_described_in_one_line(exception: Exception) -> None:
    text = described(exception)
    assert is_printable(text)
    assert len(text) <= TEXT_MAX
    assert text.startswith(printable(type(exception).__name__)[:20])


def test_an_ordinary_exception_is_described_as_usual() -> None:
    assert described(ValueError("3 is no vCPU")) == "ValueError: 3 is no vCPU"


def is_all_printable(failure: Failure) -> bool:
    names = (failure.kind, failure.signature, *failure.functions, *failure.lock_classes)
    return all(map(is_printable, (failure.message, *names, *failure.details)))


@pytest.mark.parametrize("exception", EXCEPTIONS, ids=lambda each: type(each).__name__[:12])
def test_what_a_thread_raises_is_a_failure_that_can_be_printed(
    run: Run, exception: Exception
) -> None:
    def program(scheduler: Scheduler) -> None:
        def body() -> None:
            raise exception

        scheduler.thread("t0", body)

    outcome = run(program).outcome
    assert isinstance(outcome, Failed)
    assert is_all_printable(outcome.failure)
    assert outcome.failure.signature == "exception in body"


def renamed(name: str) -> Callable[[Scheduler], None]:
    """Return a function that fails, under a name that no parser would let through."""

    def body(scheduler: Scheduler) -> None:
        scheduler.note(HOSTILE)
        scheduler.fail(Failure(HOSTILE, HOSTILE, (name,), (HOSTILE,), (HOSTILE,) * 10_000))

    body.__code__ = body.__code__.replace(co_name=name)
    return body


def test_names_and_notes_of_the_model_keep_nobody_from_a_digest(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        body = renamed(HOSTILE)
        scheduler.thread("t0", lambda: body(scheduler))

    execution = run(program)
    assert isinstance(execution.outcome, Failed)
    failure = execution.outcome.failure
    assert is_all_printable(failure)
    assert failure.functions == (printable_name(HOSTILE),)
    assert len(failure.details) < 1_000
    assert all(is_printable(entry_text(entry)) for entry in execution.trace)
    assert execution.digest == run(program).digest
