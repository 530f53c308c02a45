# SPDX-License-Identifier: GPL-2.0-only
"""Is the morning one screen that says the most important first, and leaves nothing out unsaid?"""

import re
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from harness.engine import is_printable
from stress.history import CanaryRecord, Edge, Lost
from stress.morning import Morning, markdown_text, screen_text
from stress.morning.items import Bullet, Section, fitting
from tests.fixtures.nights import OLD_MODEL, PATCH, TODAY, a_history, finding, night, target

HISTORY = a_history()


def a_morning(**more: Any) -> Morning:
    """Return the morning after the last of two weeks."""
    fields = {
        "tonight": HISTORY.nights[-1],
        "before": HISTORY.nights[:-1],
        "findings": HISTORY.findings,
        "states": HISTORY.states,
        "today": TODAY,
        "marks": HISTORY.marks,
        "folders": {each.id: Path("nights/findings") / each.id for each in HISTORY.findings},
    }
    return Morning(**{**fields, **more})


def screen(**more: Any) -> str:
    return screen_text(a_morning(**more))


def section(text: str, title: str) -> list[str]:
    """Return the lines of a section."""
    lines = text.splitlines()
    (begin,) = [at for at, line in enumerate(lines) if line.startswith(title)]
    end = next(
        (at for at in range(begin + 1, len(lines)) if not lines[at].startswith(" ")), len(lines)
    )
    return lines[begin:end]


def test_the_headline_says_how_it_ended_and_what_it_was() -> None:
    lines = screen().splitlines()
    name = HISTORY.nights[-1].night
    assert lines[0] == f"FAILURE: findings in {name} (seed=0x15 model=dd4a41343fee)"
    executions = sum(each.executions for each in HISTORY.nights[-1].targets)
    assert f" {executions:,} executions on 4 targets, " in lines[1]
    assert lines[1].endswith("; resumed 2 times")
    assert lines[3] == "  findings by state: 1 new, 1 regressed, 4 known, 2 fixed, 1 invalid"


def test_a_clean_night_is_a_success_and_says_so() -> None:
    quiet = night(2, canaries=[])
    text = screen_text(Morning(quiet, [night(1)], [], {}, TODAY))
    assert text.startswith("SUCCESS: clean in night-0002-")
    assert text.endswith("Nothing new: no finding, no trouble, no window missed")


def test_it_is_said_whether_the_model_is_the_same() -> None:
    assert "2026-11-28: the same model\n" in screen()
    other = replace(HISTORY.nights[-2], model=OLD_MODEL)
    text = screen(before=[*HISTORY.nights[:-2], other])
    assert f"2026-11-28: another model ({OLD_MODEL}): its rates differ\n" in text
    assert "New (2)" in text


def test_a_first_night_has_nothing_to_compare_with() -> None:
    text = screen_text(Morning(HISTORY.nights[0], [], [], {}, TODAY))
    assert "the first night: there is nothing to compare it with yet" in text
    assert section(text, "Canaries (1)") == ["Canaries (1)", "  canary found after 21 executions"]
    assert "New lock orders" not in text


def test_a_part_of_a_night_is_compared_with_the_same_part() -> None:
    parts = [night(1, shard=(1, 2)), night(2, shard=(2, 2)), night(3, shard=(1, 2))]
    text = screen_text(Morning(parts[2], parts[:2], [], {}, TODAY))
    assert "; part 1 of 2" in text
    assert f"compared with {parts[0].night} of" in text


def test_a_new_finding_has_what_replays_it() -> None:
    lines = section(screen(), "New (2)")
    new = next(each for each in HISTORY.findings if HISTORY.states[each.id] == "new")
    assert f"  {new.id} {PATCH}: data race on pending_latch in vgic_queue_irq_unlock," in lines
    command = f"vgic-stress replay @nights/findings/{new.id}/token --revision {PATCH}"
    assert f"    {command}" in lines
    assert any(line.startswith("  regressed: ") for line in lines)


def test_no_line_of_a_record_is_a_command_to_a_service() -> None:
    hostile = finding(message=f"{'x' * 90} ::error title=mine::all is well")
    text = screen(findings=[hostile], states={hostile.id: "new"}, marks={}, folders={})
    assert "error title=mine" in text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())


def test_what_is_known_is_one_line_with_the_next_expiry() -> None:
    (line,) = section(screen(), "Known (2)")
    assert line.startswith("Known (2): the next expires after 2026-12-24: ")
    assert line.endswith(", as posted, mended in v2")
    assert not any(each.id in screen().replace(line, "") for each in HISTORY.findings[2:4])


def test_how_sure_gone_is_is_said_of_what_is_gone_or_rare() -> None:
    gone = {each.id: f"sure of {each.id}" for each in HISTORY.findings}
    text = screen(gone=gone)
    assert [line for line in section(text, "Resolved (1)") if "sure of" in line]
    assert [
        line for line in section(text, "Rare: not seen tonight, not gone (1)") if "sure" in line
    ]
    assert text.count("sure of") == 2


def test_what_got_slower_to_find_is_said() -> None:
    assert "  one thing: 400 executions" in section(
        screen(slower=["one thing: 400 executions"]), "Slower to find (1)"
    )
    assert "Slower" not in screen()


@pytest.mark.parametrize("count", [1, 9, 200])
def test_much_is_one_screen_and_says_how_much_more_there_is_and_where(count: int) -> None:
    many = [finding(symptom=f"I13 lost {n}", seen=[14]) for n in range(count)]
    tonight = replace(HISTORY.nights[-1], found=[each.id for each in many])
    text = screen(findings=many, states=dict.fromkeys([each.id for each in many], "new"),
                  tonight=tonight)  # fmt: skip
    lines = text.splitlines()
    assert len(lines) <= 40
    shown = section(text, f"New ({count})")
    named = [line for line in shown if re.match(r"  [0-9a-f]{12} ", line)]
    more = [int(line.split()[1]) for line in shown if line.startswith("  and ")]
    assert named
    assert len(named) + sum(more) == count
    assert not more or shown[-1].endswith("see vgic-stress findings list nights")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_morning_is_one_screen_of_glyphs(data: st.DataObject) -> None:
    text = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=100)
    some = data.draw(st.lists(text, min_size=1, max_size=8))
    words = cycle(some)
    findings = [
        finding(next(words), next(words), [1, 14], id=f"{n}{next(words)}"[:100], kind="k",
                message=next(words))
        for n in range(data.draw(st.integers(0, 30)))
    ]  # fmt: skip
    states = ["new", "regressed", "known", "fixed", "invalid"]
    lost = [Lost(next(words), 1, next(words))] * data.draw(st.integers(0, 30))
    targets = [target(next(words), lost=lost, faults=some, reasons=some) for _ in range(3)]
    edges = [Edge(targets[0].target, "", next(words), next(words), "r", "f", "t")]
    tonight = night(
        14, targets=targets, bugs=some, troubles=some, edges=edges, verdict=next(words),
        model=next(words), canaries=[CanaryRecord(next(words), 3)] * 20,
        found=[each.id for each in findings],
    )  # fmt: skip
    morning = Morning(
        tonight, [night(1, night=next(words), targets=targets)], findings,
        {each.id: states[n % 5] for n, each in enumerate(findings)}, TODAY, slower=some,
    )  # fmt: skip
    lines = screen_text(morning).splitlines()
    assert len(lines) <= 40
    commands = ("    vgic-stress replay ", "  and ")
    assert [line for line in lines if len(line) > 100 and not line.startswith(commands)
            and ": no room; see " not in line] == []  # fmt: skip
    assert all(map(is_printable, lines))
    assert is_plain(markdown_text(morning))


def is_plain(markdown: str) -> bool:
    """Return whether markdown comes to nothing but headings, lists, text and code."""
    allowed = {"heading", "bullet_list", "list_item", "paragraph", "inline", "text", "code_inline",
               "text_special"}  # fmt: skip
    parsed = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)
    tokens = [*parsed, *(child for token in parsed for child in token.children or ())]
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in tokens}
    return kinds <= allowed


HOSTILE = [
    "<script>alert(1)</script>", "![x](http://a.example/x.png)", "[x](http://a.example)",
    "`` ` ```", "# heading", "1. one", "- item", "**bold** _it_", "&lt; &copy;", "|a|b|",
    "<!-- ", "~~gone~~", "    code", "\\*", "> quoted", "+ plus", "<http://a.example>",
]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
def test_in_markdown_a_record_is_no_markup(hostile: str) -> None:
    record = finding(hostile, hostile, [14], message=hostile)
    tonight = night(14, found=[record.id], troubles=[hostile], bugs=[hostile])
    text = markdown_text(Morning(tonight, [], [record], {record.id: "new"}, TODAY))
    assert is_plain(text)
    shown = "\n".join(
        "".join(child.content for child in token.children or ())
        for token in MarkdownIt("gfm-like", {"linkify": False}).parse(text)
        if token.type == "inline"
    )
    assert shown.splitlines().count(hostile.strip()) == 3


def test_markdown_that_is_markup_is_seen() -> None:
    assert not any(is_plain(f"- {text}") for text in (*HOSTILE[:3], "**bold** _it_", "~~gone~~"))


def test_markdown_has_what_the_screen_has() -> None:
    markdown = markdown_text(a_morning())
    for line in screen().splitlines():
        if not line.startswith(" ") and ":" not in line:
            assert f"\n## {line}\n" in markdown
    assert "- `vgic-stress replay @nights/findings/" in markdown


def sized(item: Bullet) -> int:
    return 1 + len(item.more)


def test_each_section_shows_one_before_the_first_shows_all() -> None:
    sections = [Section(title, [Bullet(title)] * 10) for title in "abc"]
    assert [shown for _, shown in fitting(sections, sized, 12)] == [4, 1, 1]
    assert [shown for _, shown in fitting(sections, sized, 33)] == [10, 10, 10]
    assert [shown for _, shown in fitting(sections, sized, 3)] == [0, 0, 0]


def test_a_large_entry_does_not_keep_a_small_one_of_another_section_out() -> None:
    sections = [Section("a", [Bullet("a", ("x",) * 9)]), Section("b", [Bullet("b")])]
    assert [shown for _, shown in fitting(sections, sized, 5)] == [0, 1]
