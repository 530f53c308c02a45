# SPDX-License-Identifier: GPL-2.0-only
"""Is what a browser draws of the page what the data says, whole, readable, and all its own?"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stress.commands.report import write_report
from tests.browser.browser import HEIGHT, WIDTH, Opened, opened
from tests.browser.shots import shoot
from tests.fixtures import nights

CONTRAST = 4.5
"""What WCAG 2.2 asks of text (1.4.3, level AA)."""

PLOTS = ("states", "executions", "to-find", "windows", "speed", "yield")
HISTORY = nights.a_history()
_TEXTS_OUTSIDE = """[...document.querySelectorAll("svg text")].filter(text => {
    const box = text.getBoundingClientRect();
    const plot = text.ownerSVGElement.getBoundingClientRect();
    return box.left < plot.left - 1 || box.right > plot.right + 1
        || box.top < plot.top - 1 || box.bottom > plot.bottom + 1;
}).map(text => text.textContent)"""
_TEXTS_OVER_OTHERS = """[...document.querySelectorAll("svg")].flatMap(plot => {
    const texts = [...plot.querySelectorAll("text")];
    const boxes = texts.map(text => text.getBoundingClientRect());
    return texts.flatMap((text, i) => texts.slice(i + 1).filter((other, j) => {
        const a = boxes[i], b = boxes[i + 1 + j];
        return a.left < b.right - 1 && b.left < a.right - 1
            && a.top < b.bottom - 3 && b.top < a.bottom - 3;
    }).map(other => text.textContent + " | " + other.textContent));
})"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of two weeks, written by the command."""
    folder = tmp_path_factory.mktemp("report")
    nights.write(folder / "nights", HISTORY)
    write_report([folder / "nights"], folder / "page.html")
    return folder / "page.html"


@pytest.fixture(scope="module", params=["light", "dark"])
def shown(request: pytest.FixtureRequest, page: Path) -> Iterator[Opened]:
    """Return the page in a browser, in both schemes."""
    with opened(page, request.param) as found:
        yield found


def texts(shown: Opened, selector: str) -> list[str]:
    """Return the visible texts of elements."""
    found: list[str] = shown.ask(
        f"[...document.querySelectorAll({selector!r})].map(each => each.innerText)"
    )
    return found


def test_nothing_is_asked_of_the_network(page: Path) -> None:
    with opened(page, "light") as fresh:
        fresh.ask("window.scrollTo(0, document.body.scrollHeight)")
        assert fresh.requests() == [page.resolve().as_uri()]
        assert fresh.complaints() == []


def test_a_page_that_asks_for_more_is_seen(page: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.html"
    other.write_text("<img src='missing.png'><script>throw 'x'</script>", "utf-8")
    with opened(other, "light") as fresh:
        assert (tmp_path / "missing.png").as_uri() in fresh.requests()
        assert len(fresh.complaints()) == 2


def test_it_is_as_wide_as_the_window(shown: Opened) -> None:
    assert shown.ask("[innerWidth, innerHeight]") == [WIDTH, HEIGHT]
    assert shown.ask("document.documentElement.scrollWidth") == WIDTH


def test_the_top_of_it_says_what_to_do_this_morning(shown: Opened) -> None:
    figures = dict(zip(texts(shown, ".tiles dt"), texts(shown, ".tiles .figure"), strict=True))
    assert figures["last night"] == "findings"
    assert figures["new or regressed"] == "2"
    assert figures["canaries"] == "1 found"
    for selector in ("h1", ".tiles", "#findings h2"):
        assert shown.ask(f"document.querySelector({selector!r}).getBoundingClientRect().bottom") < (
            HEIGHT
        )


def test_each_finding_is_a_row_with_its_state(shown: Opened) -> None:
    rows = texts(shown, "#findings tbody tr")
    assert len(rows) == len(HISTORY.findings)
    for each in HISTORY.findings:
        (row,) = [row for row in rows if each.id in row]
        assert f" {HISTORY.states[each.id]}" in row
        assert each.identity in row


def test_each_night_is_a_row(shown: Opened) -> None:
    names = texts(shown, "#nights tbody th")
    assert names == [night.night for night in reversed(HISTORY.nights)]


@pytest.mark.parametrize("part", PLOTS)
def test_a_plot_has_a_size_a_name_and_a_table(shown: Opened, part: str) -> None:
    plot = f"document.querySelector('#{part} figure svg')"
    box = shown.ask(f"{plot}.getBoundingClientRect()")
    assert box["width"] > 500
    assert box["height"] > 120
    assert shown.ask(f"{plot}.getAttribute('aria-label')")
    assert texts(shown, f"#{part} tbody tr")


def test_a_bar_is_as_high_as_its_night_had_executions(shown: Opened) -> None:
    heights: list[float] = shown.ask(
        "[...document.querySelectorAll('#executions g')]"
        ".filter(bar => /[0-9] executions$/.test(bar.querySelector(':scope > title')?.textContent))"
        ".map(bar => bar.querySelector('path').getBoundingClientRect().height)"
    )
    counts = [sum(each.executions for each in night.targets) for night in HISTORY.nights]
    assert len(heights) == len(counts)
    for height, count in zip(heights, counts, strict=True):
        assert height / heights[0] == pytest.approx(count / counts[0], rel=0.02)


def test_no_text_of_a_plot_is_cut_or_covered(shown: Opened) -> None:
    assert shown.ask(_TEXTS_OUTSIDE) == []
    assert shown.ask(_TEXTS_OVER_OTHERS) == []


@pytest.mark.parametrize(
    "selector",
    ["h1", "p", "a", ".tiles dd", ".tiles .figure", "td", "thead th", "caption", ".note",
     ".state.new", ".state.regressed", ".state.known", ".state.fixed", ".state.invalid",
     "svg text"],
)  # fmt: skip
def test_text_can_be_read_on_its_ground(shown: Opened, selector: str) -> None:
    color = "fill" if "svg" in selector else "color"
    ink = shown.ask(f"getComputedStyle(document.querySelector({selector!r})).{color}")
    ground = shown.ask(
        f"getComputedStyle(document.querySelector({selector!r}).closest('section, .tiles div')"
        " ?? document.body).backgroundColor"
    )
    assert contrast(ink, ground) >= CONTRAST


def test_light_and_dark_are_two_things(page: Path) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        with opened(page, scheme) as fresh:
            ground = fresh.ask("getComputedStyle(document.body).backgroundColor")
            grounds.append(luminance(ground))
    assert grounds[0] > 0.8
    assert grounds[1] < 0.1


def test_the_docs_get_their_pictures(page: Path, tmp_path: Path) -> None:
    for file in shoot(page, tmp_path):
        data = file.read_bytes()
        assert (data[:8], data[16:24]) == (
            b"\x89PNG\r\n\x1a\n",
            WIDTH.to_bytes(4, "big") + HEIGHT.to_bytes(4, "big"),
        )


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2.2 defines it."""
    lower, higher = sorted((luminance(one), luminance(other)))
    return (higher + 0.05) / (lower + 0.05)


def luminance(color: str) -> float:
    """Return the relative luminance of a colour, `rgb(1, 2, 3)`, as WCAG 2.2 defines it."""
    parts: list[Any] = re.findall(r"[\d.]+", color)[:3]
    shares = [int(part) / 255 for part in parts]
    linear = [
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
