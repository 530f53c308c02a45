# SPDX-License-Identifier: GPL-2.0-only
"""Is a trace read back as it was printed, is every documented line one, and the rest refused?"""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stress.traces import NONE, SPURIOUS, BadTrace, Event, Trace, print_trace, read_trace
from stress.traces.words import OF_ALL, OF_DEVICES, OF_GUESTS, Shape

PAGE = Path(__file__).parents[3] / "docs" / "traces.md"
HEADER = "# vgic-stress trace 1\n"

VALUES = {
    "": st.just(NONE),
    "vcpu": st.integers(0, 7),
    "0x": st.integers(0, 31).map(lambda n: n << 3),
    "is": st.integers(0, 1),
    "are": st.integers(0, 10_000),
    "state": st.integers(0, 3),
}


def events_of(who: str, shapes: dict[str, Shape]) -> st.SearchStrategy[Event]:
    def of(what: str, shape: Shape) -> st.SearchStrategy[Event]:
        intid = st.integers(0, 1019) if shape.intid else st.just(NONE)
        if what == "acknowledge":
            intid |= st.just(SPURIOUS)
        value = VALUES[shape.value] | (st.just(NONE) if shape.optional else st.nothing())
        return st.builds(Event, st.just(who), st.just(what), intid, value)

    return st.one_of([of(what, shape) for what, shape in shapes.items()])


EVENTS = events_of("vcpu1", OF_GUESTS) | events_of("dev0", OF_DEVICES) | events_of("all", OF_ALL)
TRACES = st.builds(Trace, st.lists(EVENTS, max_size=12).map(tuple), st.booleans())


@settings(max_examples=100, deadline=None)
@given(TRACES, st.text(max_size=20))
def test_what_was_printed_is_read_back_whatever_it_stopped_for(trace: Trace, why: str) -> None:
    text = print_trace(trace, why)
    assert read_trace(text) == trace
    assert read_trace(text.rstrip("\n")) == trace


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("vcpu0 acknowledge 40", Event("vcpu0", "acknowledge", 40)),
        ("vcpu0 acknowledge none", Event("vcpu0", "acknowledge", 1023)),
        ("vcpu0 end again 40", Event("vcpu0", "end again", 40)),
        ("vcpu0 drop 40", Event("vcpu0", "drop", 40)),
        ("vcpu0 dir 40", Event("vcpu0", "dir", 40)),
        ("vcpu0 route 40 vcpu1", Event("vcpu0", "route", 40, 1)),
        ("vcpu0 priority 40 0x08", Event("vcpu0", "priority", 40, 8)),
        ("vcpu0 pending 40 is 1", Event("vcpu0", "pending", 40, 1)),
        ("vcpu0 exit", Event("vcpu0", "exit")),
        ("vcpu0 exits are 3", Event("vcpu0", "exits", NONE, 3)),
        ("vcpu0 exits", Event("vcpu0", "exits")),
        ("vcpu0 signal 2", Event("vcpu0", "signal", 2)),
        ("dev0 raise 17 vcpu1", Event("dev0", "raise", 17, 1)),
        ("dev0 lower 64", Event("dev0", "lower", 64)),
        ("all exited", Event("all", "exited")),
        ("vcpu1 final 17 pending 0 active 1", Event("vcpu1", "final", 17, 2)),
        ("all final 40 pending 1 active 0", Event("all", "final", 40, 1)),
    ],
)
def test_each_event_is_a_line_of_these_words(line: str, event: Event) -> None:
    assert print_trace(Trace((event,))) == f"{HEADER}{line}\n"
    assert read_trace(f"{HEADER}{line}\n") == Trace((event,))


def documented() -> list[str]:
    """Return the events that the page's table has, those that only name what differs whole."""
    lines = []
    for row in re.findall(r"^\| (`.*?) \|", PAGE.read_text("utf-8"), re.MULTILINE):
        first, *others = re.findall(r"`([^`]+)`", row)
        lines += [first, *(f"{first.split()[0]} {other}" for other in others)]
    return lines


def test_every_documented_event_is_one_and_every_event_is_documented() -> None:
    found = {
        (event.who.rstrip("01"), event.what)
        for line in documented()
        for event in read_trace(f"{HEADER}{line}").events
    }
    there = {
        (who, what)
        for who, shapes in (("vcpu", OF_GUESTS), ("dev", OF_DEVICES), ("all", OF_ALL))
        for what in shapes
    }
    assert found == there


def test_remarks_and_empty_lines_are_passed_over_and_the_end_is_seen() -> None:
    text = HEADER + "# from somewhere\n\nvcpu0 exit\n"
    assert read_trace(text) == Trace((Event("vcpu0", "exit"),))
    assert not read_trace(text + "# not to the end: hung\n").ended


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("vcpu0 acknowledge", "no event of vcpu0 reads"),
        ("vcpu0 acknowledge 040", "no event"),
        ("vcpu0 acknowledge -1", "no event"),
        ("vcpu0 acknowledge ٤", "no event"),
        ("vcpu0  exit", "no event"),
        ("vcpu0 exit ", "no event"),
        ("vcpu0 end 1 2", "no event"),
        ("vcpu0 priority 40 0x080", "no event"),
        ("vcpu0 pending 40 is 2", "no event"),
        ("vcpu0 raise 17 vcpu1", "no event"),
        ("vcpu0 end 99999999999", "no event"),
        ("dev0 acknowledge 40", "no event of dev0 reads"),
        ("all exit", "no event of all"),
        ("vcpu exit", "not of 'vcpu'"),
        ("vcpu0000 exit", "not of"),
        ("gpu0 exit", "not of 'gpu0'"),
        ("vcpu0\texit", "not of"),
        ("vcpu0 exit\r", "no event"),
        ("x" * 1000, "it has 1000 characters"),
    ],
)
def test_another_line_is_refused_with_its_number(line: str, why: str) -> None:
    with pytest.raises(BadTrace, match=rf"^line 3: .*{why}"):
        read_trace(f"{HEADER}vcpu0 exit\n{line}\n")


@pytest.mark.parametrize("text", ["", "vcpu0 exit\n", "# vgic-stress trace 2\nvcpu0 exit\n"])
def test_another_beginning_is_refused(text: str) -> None:
    with pytest.raises(BadTrace, match=r"^line 1: a trace begins with '# vgic-stress trace 1'"):
        read_trace(text)


def test_what_is_quoted_is_bounded_and_escaped() -> None:
    with pytest.raises(BadTrace) as refused:
        read_trace(f"{HEADER}vcpu0 \x1b[31m{'é' * 150}")
    assert "\x1b" not in str(refused.value)
    assert len(str(refused.value)) < 600


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_a_trace_or_refused(text: str) -> None:
    for whole in (text, HEADER + text):
        try:
            trace = read_trace(whole)
        except BadTrace:
            continue
        assert read_trace(print_trace(trace)) == trace


def test_a_reason_is_one_line_and_bounded() -> None:
    text = print_trace(Trace((), ended=False), "two\nlines \x1b " + "x" * 1000)
    last = text.splitlines()[-1]
    assert last.startswith("# not to the end: two lines ")
    assert len(last) < 300
    assert "\x1b" not in last
    assert print_trace(Trace((), ended=False)) == f"{HEADER}# not to the end\n"


@pytest.mark.parametrize(
    "event",
    [
        Event("vcpu0", "end", NONE),
        Event("vcpu0", "end", 1_000_000_000),
        Event("vcpu0", "priority", 40, 0x100),
        Event("vcpu0", "pending", 40, 2),
        Event("vcpu0", "route", 40, NONE),
        Event("all", "final", 40, 4),
        Event("vcpu0", "sleep"),
        Event("vcpu01", "exit"),
        Event("all", "exit"),
    ],
)
def test_what_could_not_be_read_back_is_not_printed(event: Event) -> None:
    with pytest.raises(ValueError, match="no trace can say this event: "):
        print_trace(Trace((event,)))
