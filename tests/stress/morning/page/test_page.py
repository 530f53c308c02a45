# SPDX-License-Identifier: GPL-2.0-only
"""Does the page say what the records say, load nothing, and show a hostile name as a name?"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from stress.history import ArmRecord, CanaryRecord, Edge, Kept, Lost, Mark
from stress.morning.page import ManyNights, report_page
from stress.morning.page.findings import finding_rows
from stress.morning.page.together import together
from stress.morning.page.yields import arms_table, window_rows
from tests.fixtures.nights import (
    MODEL,
    OLD_MODEL,
    PATCH,
    a_history,
    finding,
    name_of,
    night,
    target,
)
from tests.fixtures.nights import History as Nights

VOID = {"meta", "br"}
PLOTS = {"states", "executions", "tofind", "windows", "speed", "yield"}
REFERENCES = ("src", "href", "xlink:href", "action", "data", "poster", "srcset")


class Page(HTMLParser):
    """A page as its elements: tags, attributes, texts, and the rows of its tables."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.rows: list[list[str]] = []
        self.titles: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if {"td", "th"} & set(self._open):
            self.rows[-1][-1] += data
        if self._open[-1:] == ["title"] and "svg" in self._open:
            self.titles.append(data)


@cache
def html() -> str:
    history = a_history()
    return report_page(many(history, ["nights"], ["nights/runs/x: cannot be used"]))


def many(history: Nights, sources: Sequence[str] = (), notes: Sequence[str] = ()) -> ManyNights:
    return ManyNights(history.nights, history.findings, history.marks, sources, notes)


@cache
def page() -> Page:
    return Page(html())


def rows_of(day: str) -> list[list[str]]:
    return [row for row in page().rows if row[0] == day]


def test_each_finding_has_its_state_and_what_became_of_it_under_each_model() -> None:
    history = a_history()
    head = next(row for row in page().rows if row == [MODEL, OLD_MODEL])
    rows = {row[1][:12]: row for row in page().rows if len(row) == len(head) + 3}
    for each in history.findings:
        state = history.states[each.id]
        assert rows[each.id][0].endswith(f" {state}")
        assert each.identity in rows[each.id][1]
    regressed, known = history.findings[7], history.findings[2]
    assert rows[regressed.id][2:] == ["2026-11-29", "● 1/6", "● 2/8 ✓"]
    assert "known: as posted, mended in v2 (until 2026-12-24)" in rows[known.id][1]


def test_what_is_open_comes_first() -> None:
    states = [row.state for row in finding_rows(many(a_history()))]
    assert states == ["new", "regressed", *["known"] * 4, *["fixed"] * 2, "invalid"]


def test_a_row_says_what_a_night_did() -> None:
    history = a_history()
    last = history.nights[-1]
    executions = sum(each.executions for each in last.targets)
    new = sum(cell.new for each in last.targets for cell in each.cells)
    rows = rows_of("2026-11-29")
    assert ["2026-11-29", "1", "1", "4", "2", "1"] in rows
    assert ["2026-11-29", MODEL, f"{executions:,}", f"{new:,}"] in rows
    assert ["2026-11-29", last.platform, f"{executions / last.seconds:,.1f}"] in rows
    assert [last.night, "2026-11-29", MODEL, f"{executions:,}", "5", "findings (1)"] in page().rows


def test_states_are_those_of_each_night() -> None:
    assert ["2026-11-16", "2", "0", "0", "0", "0"] in rows_of("2026-11-16")
    assert ["2026-11-20", "0", "0", "7", "0", "1"] in rows_of("2026-11-20")


def test_each_plot_says_what_it_shows_and_has_a_mark_for_each_night() -> None:
    labels = [value for name, value in page().attributes if name == "aria-label"]
    assert "Findings by state after each night. Last: 1 new, 1 regressed, 4 known" in str(labels)
    assert page().tags["svg"] == len(PLOTS) == page().tags["figure"]
    executions = sum(each.executions for each in a_history().nights[-1].targets)
    assert f"2026-11-29: {executions:,} executions" in page().titles
    assert len([title for title in page().titles if title.endswith(" new behaviours")]) == 14
    sightings = sum(len(each.sightings) for each in a_history().findings)
    assert len([title for title in page().titles if " on " in title]) == sightings


def test_a_window_below_its_floor_has_a_mark_in_that_night_only() -> None:
    low = [title for title in page().titles if title.endswith(" below its floor")]
    assert low == [
        f"{day}: two_prune_retries below its floor"
        for day in ("2026-11-19", "2026-11-24", "2026-11-29")
    ]


def test_the_notes_are_shown_and_none_is_if_all_is_well() -> None:
    assert "nights/runs/x: cannot be used" in page().texts
    assert "Notes on the folders" not in report_page(ManyNights([night()], [], {}))


def test_nothing_is_loaded_from_anywhere() -> None:
    assert [
        value for name, value in page().attributes if name in REFERENCES and value[:1] != "#"
    ] == []
    assert page().tags.keys().isdisjoint({"script", "link", "img", "iframe", "object", "base"})
    assert re.findall(r"url\((?!#)|@import|https?:|//[a-z]", html()) == []
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page().attributes


def test_every_id_is_one_and_every_reference_has_its_own() -> None:
    ids = Counter(value for name, value in page().attributes if name == "id")
    assert [each for each, count in ids.items() if count > 1] == []
    links = {value[1:] for name, value in page().attributes if name.endswith("href")}
    assert links | set(re.findall(r"url\(#([^)]*)\)", html())) <= set(ids)


def test_the_same_history_gives_the_same_bytes() -> None:
    assert report_page(many(a_history(), ["nights"], ["nights/runs/x: cannot be used"])) == html()


def test_colours_are_the_pages_in_light_and_in_dark() -> None:
    drawn = "".join(re.findall(r"<svg.*?</svg>", html(), re.DOTALL))
    assert re.findall(r"#[0-9a-f]{6}", drawn) == []
    used = set(re.findall(r"var\(--(\w+)\)", html()))
    light, dark = re.findall(r":root \{(.*?)\}", html(), re.DOTALL)
    assert used == set(re.findall(r"--(\w+):", light)) == set(re.findall(r"--(\w+):", dark))


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></svg><b>",
    "$\\frac{1}{$ %s {{7*7}} {%",
    "</style><script>",
    "&lt;&#x3c;",
    "--><b>",
    "漢字 ☃",
]


def named(names: Sequence[str]) -> ManyNights:
    """Return a history in which everything has one of these names, a night for each."""
    nights, findings = [], []
    for number, name in enumerate(names, 1):
        usual = target("x")
        window = replace(usual.windows[0], window=name, towards=name, below=[name])
        one = target(
            name,
            executions=usual.executions,
            windows=[window],
            arms=[replace(usual.arms[0], strategy=name)],
            lost=[Lost(name, 1, name)],
            faults=[name],
        )
        edges = [Edge(name, name, name, name, name, name, name)]
        times = {"begun": f"2026-11-16 {name}", "ended": name}
        nights.append(
            night(
                number, model=name, verdict=name, platform=name, targets=[one], edges=edges,
                found=[name], troubles=[name], **times,
            )
        )  # fmt: skip
        record = finding("x", "y", [number])
        findings.append(replace(record, id=name, target=name, identity=name, message=name))
    marks = {name: Mark("known", name, name, name) for name in names}
    return ManyNights(nights, findings, marks, names, names)


def test_a_hostile_name_is_shown_as_it_is_and_is_no_markup() -> None:
    plain = Page(report_page(named([f"plain {number}" for number in range(len(HOSTILE))])))
    hostile = Page(report_page(named(HOSTILE)))
    assert hostile.tags == plain.tags
    assert [name for name, _ in hostile.attributes] == [name for name, _ in plain.attributes]
    cells = [cell for row in hostile.rows for cell in row]
    for name in HOSTILE:
        assert cells.count(name) >= 3
        assert name in hostile.texts


def test_nights_without_anything_are_a_page_too() -> None:
    empty = night(targets=[], canaries=[], explored=[], seconds=0.0)
    text = Page(report_page(ManyNights([empty], [], {})))
    assert "No night has found anything." in text.texts
    assert text.tags["svg"] == len(PLOTS)


def test_histories_are_shown_together_each_night_once() -> None:
    here, there = finding(seen=[1, 3]), finding(seen=[2, 3], replays={4: "passes"})
    marks = [Mark("known", reason, "", at) for reason, at in (("old", "1"), ("young", "2"))]
    kept = [Kept(here, marks[0], Path("a")), Kept(there, marks[1], Path("b"))]
    nights = [night(3), night(1), night(3), night(2)]
    for some in (kept, kept[::-1]):
        shown = together(nights, some, ["a", "b"], [])
        assert [each.night for each in shown.nights] == [name_of(n) for n in (1, 2, 3)]
        (one,) = shown.findings
        assert [each.night for each in one.sightings] == [name_of(n) for n in (1, 2, 3)]
        assert [each.outcome for each in one.replays] == ["passes"]
        assert shown.marks[one.id].reason == "young"


def test_what_was_not_run_under_a_model_is_said_so() -> None:
    nights = [
        night(1, targets=[target("head-walk")], model="a"),
        night(2, targets=[target("head-walk")], model="b"),
        night(3, targets=[target(PATCH)], model="c"),
        night(4, targets=[target("head-walk")], model="d"),
    ]
    record = finding("head-walk", seen=[2], replays={4: "fails"})
    (row,) = finding_rows(ManyNights(nights, [record], {}))
    assert row.cells == ("○", "-", "● 1/1", "-")


def test_the_progress_towards_a_window_is_the_best_of_the_last_nights_targets() -> None:
    far = replace(target("x").windows[0], window="w", reached=2, towards="far", below=["low"])
    near = replace(far, reached=1, towards="near", below=[])
    nights = [
        night(1, targets=[target("a", windows=[replace(far, towards="before")])]),
        night(2, targets=[target("a", windows=[far]), target("b", windows=[near])]),
    ]
    (row,) = window_rows(ManyNights(nights, [], {}))
    assert (row.towards, row.below) == ("far", [0, 1])


def test_a_share_is_of_the_executions_of_all_targets_that_know_the_window() -> None:
    some = replace(target("x").windows[0], window="w", executions=30)
    targets = [
        target("a", executions=100, windows=[some]),
        target("b", executions=200, windows=[replace(some, executions=0)]),
        target("c", executions=700, windows=[]),
    ]
    nights = [night(1, targets=targets), night(2, targets=[])]
    (row,) = window_rows(ManyNights(nights, [], {}))
    assert row.shares == [10.0, None]


def test_strategies_are_added_up_over_nights_and_targets() -> None:
    arm = ArmRecord("pct", 1_000, 100, 40, 5)
    nights = [
        night(1, targets=[target("a", arms=[arm]), target("b", arms=[arm])]),
        night(2, targets=[target("a", arms=[replace(arm, looked=0, distinct=0)])]),
    ]
    assert arms_table(ManyNights(nights, [], {})).rows == [("pct", "3,000", "40.0", "5.00")]


@pytest.mark.parametrize(("count", "seconds"), [((1 << 63) - 1, 5e-324), (0, 1e308)])
def test_numbers_may_be_as_large_or_small_as_a_record_has_them(count: int, seconds: float) -> None:
    usual = target("x")
    cell = replace(usual.cells[0], executions=count, new=count, looked=count)
    arm = ArmRecord("pct", count, count, count, count)
    window = replace(usual.windows[0], executions=count, reached=count, below=["low"])
    one = target(
        "x", executions=count, looked=count, distinct=count, cells=[cell], arms=[arm],
        windows=[window],
    )  # fmt: skip
    record = finding("x", seen=[1])
    sight = replace(record.sightings[0], count=count, executions=count, to_find=count)
    history = ManyNights([night(1, seconds=seconds, targets=[one], seed=count)],
                         [replace(record, sightings=[sight])], {})  # fmt: skip
    assert Page(report_page(history)).tags["svg"] == len(PLOTS)


@pytest.mark.parametrize(("count", "said"), [(20, False), (21, True)])
def test_it_is_said_where_not_all_findings_are_drawn(count: int, said: bool) -> None:
    findings = [finding(symptom=f"I13 lost {n}", seen=[1]) for n in range(count)]
    shown = Page(report_page(ManyNights([night(1)], findings, {})))
    assert any(f"Of {count} findings the 20 hardest" in text for text in shown.texts) is said
    assert len([title for title in shown.titles if " on head-walk" in title]) == 20


@pytest.mark.parametrize(
    ("counts", "said"), [([], "none looked for"), ([4, 1], "2 found"), ([4, 0], "1 missed")]
)
def test_a_canary_that_was_missed_stands_at_the_top(counts: list[int], said: str) -> None:
    canaries = [CanaryRecord("canary", count) for count in counts]
    assert said in Page(report_page(ManyNights([night(1, canaries=canaries)], [], {}))).texts
