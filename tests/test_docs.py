# SPDX-License-Identifier: GPL-2.0-only
"""The docs say what is so: outputs, exit codes, the set-up lines, kinds of findings, links."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from stress.system import Exit
from tests.docs.pages import PAGES, ROOT, blocks, made_again, marked, unchanging

Run = Callable[..., subprocess.CompletedProcess[str]]

README = (ROOT / "README.md").read_text("utf-8")
FINDINGS = (ROOT / "docs" / "findings.md").read_text("utf-8")


def pages_with_output() -> list[Path]:
    return [
        page for page in PAGES if any(each.is_output for each in blocks(page.read_text("utf-8")))
    ]


def test_the_pages_with_outputs_are_known_as_such() -> None:
    names = {str(page.relative_to(ROOT)) for page in pages_with_output()}
    assert names >= {"README.md", "docs/findings.md", "docs/usage.md", "docs/detectors/progress.md"}


@pytest.mark.parametrize("page", pages_with_output(), ids=lambda page: page.name)
def test_a_page_shows_what_the_tool_prints(page: Path, tmp_path: Path) -> None:
    """Where it does not: `tox -e docs` writes the pages anew. Read what has changed."""
    text = page.read_text("utf-8")
    assert unchanging(made_again(text, tmp_path)) == unchanging(text)


def test_an_output_that_is_not_so_is_seen(tmp_path: Path) -> None:
    page = "<!-- file: a.py -->\n```python\nprint(1)\n```\n<!-- run: a.py -->\n```text\n{}\n```\n"
    assert made_again(page.format(2), tmp_path) == page.format(1)


def test_a_later_block_gets_the_names_that_an_earlier_one_now_gives(tmp_path: Path) -> None:
    page = "```console\n$ {}\n{}\n```\nBetween.\n```console\n$ echo {}\n{}\n```\n"
    command, new, old = "echo vs1-$((5+5))new", "vs1-10new", "vs1-old"
    assert made_again(page.format(command, old, old, old), tmp_path) == page.format(
        command, new, new, new
    )


def test_an_edit_of_the_model_alone_changes_no_page() -> None:
    line = "(model={}) kept in vgic-stress-findings/i16-missed-kick-{} replay vs1-{}"
    assert unchanging(line.format("a" * 12, "1" * 8, "eN")) == unchanging(
        line.format("b" * 12, "2" * 8, "eM")
    )
    assert unchanging("after 17 executions") != unchanging("after 18 executions")


def test_what_is_not_marked_as_an_output_stays(tmp_path: Path) -> None:
    page = "<!-- run -->\n```sh\nnothing-there\n```\n```text\nold\n```\n"
    assert made_again(page, tmp_path) == page


@pytest.mark.parametrize("mark", ["run", "tests"])
def test_a_set_up_line_is_one_line(mark: str) -> None:
    assert marked(README, mark).count("\n") == 1


def test_the_set_up_leaves_an_environment_in_which_what_follows_works() -> None:
    commands = marked(README, "run").strip().split(" && ")
    assert commands.index(". .venv/bin/activate") < commands.index("pip install --quiet .")
    assert commands[-1] == "vgic-stress run"


def test_the_first_example_is_a_race() -> None:
    first = README.partition("```console\n")[2].partition("```")[0]
    assert re.search(r"-> 2 threads, [1-9] preemptions? ", first)


def test_the_first_hour_ends_with_a_patch_caught_mended_tested_and_left_for_the_night() -> None:
    page = (ROOT / "docs" / "first-hour.md").read_text("utf-8")
    shown = [each.body for each in blocks(page) if each.language == "console"]
    ends = [body.splitlines()[-1] for body in shown]
    comes = (
        "FAILURE: 1 finding in ", "failed again: ", "FAILURE: 1 finding in ", "", "passed: ",
        "SUCCESS: no finding in ", "1 passed in ", "FAILURE: too few to judge ",
    )  # fmt: skip
    assert len(ends) == len(comes)
    assert [end for end, begin in zip(ends, comes, strict=True) if not end.startswith(begin)] == []


def test_ci_runs_the_readme_line() -> None:
    assert "<!-- tests -->" in (ROOT / ".ci" / "run").read_text("utf-8")


def written_up() -> list[str]:
    return [each.body for each in blocks(FINDINGS) if each.mark == "token"]


def test_the_findings_have_their_tokens() -> None:
    assert len(written_up()) >= 2


NEW_ORDER = "third face"
"""What of F1 needs a vCPU that looks at its requests before it fills its list registers."""

MENDED_BY_619 = "up to 6.18"
"""In the heading of what 6.19 and later do not have any more."""

SHOWS_OTHERWISE = "F15: "
"""Begins the heading of what is seen as another failure on 6.19: there a flushed latch stays."""


@pytest.mark.parametrize("token", written_up())
def test_a_finding_that_is_written_up_fails_on_kernels_and_not_on_the_reference(
    token: str, here: Run, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(token, "ascii")

    def replayed(revision: str) -> int:
        return here("replay", "@token", "--revision", revision).returncode

    before = FINDINGS.partition(token)[0]
    heading = before.rpartition("\n## ")[2].partition("\n")[0]
    title = before.rpartition("**")[0].rpartition("**")[2]
    is_old = MENDED_BY_619 in heading
    assert (replayed("classic") == Exit.FINDINGS) or not is_old
    assert (replayed("linux-7.3") == Exit.FINDINGS) is not is_old
    fails = Exit.CANNOT_JUDGE if heading.startswith(SHOWS_OTHERWISE) else Exit.FINDINGS
    is_there = not (is_old or title.endswith(NEW_ORDER))
    assert (replayed("head-walk") == fails) is is_there
    assert replayed("reference") in (Exit.CLEAN, Exit.CANNOT_JUDGE)


def test_the_readme_shows_a_race_a_wrong_order_and_a_patch_that_is_found_wrong() -> None:
    shown = [each.body for each in blocks(README) if each.language == "console"]
    assert len([body for body in shown if "\nfinding 1: " in body]) == 3
    assert len([body for body in shown if "\nfailed again: replayed strictly" in body]) == 2


def test_every_kind_of_finding_is_documented() -> None:
    page = (ROOT / "docs" / "invariants.md").read_text("utf-8")
    sources = "".join(
        path.read_text("utf-8") for path in sorted((ROOT / "vgic" / "judging").glob("*.py"))
    )
    kinds = re.findall(r'"((?:[IO]\d+|stuck) [a-zA-Z ]+)",', sources)
    assert len(kinds) > 20
    for kind in kinds:
        assert f"`{kind}`" in page


def test_every_kind_that_the_harness_reports_is_documented() -> None:
    page = (ROOT / "docs" / "invariants.md").read_text("utf-8")
    sources = "".join(path.read_text("utf-8") for path in sorted((ROOT / "harness").rglob("*.py")))
    kinds = re.findall(r'(?:kind ?= ?|KIND = |_warn\(|_fail\()"([a-zA-Z -]+)"', sources)
    assert len(kinds) > 15
    for kind in kinds:
        assert f"`{kind}`" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)(?:#\S*)?\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_files_that_a_page_names_are_there(page: Path) -> None:
    """A file still to be written is called NAME."""
    named = re.findall(r"`([A-Za-z_]+(?:/[\w.-]+)+/?)`", page.read_text("utf-8"))
    ours = [
        each for each in named if (ROOT / each.partition("/")[0]).is_dir() and "NAME" not in each
    ]
    assert [each for each in ours if not (ROOT / each).exists()] == []
