# SPDX-License-Identifier: GPL-2.0-only
"""The docs say what is so: exit codes, the set-up lines, tokens that still replay."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from stress.system.exit_codes import table

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def marked(text: str, mark: str) -> str:
    """Return the fenced block behind a mark."""
    match = re.search(rf"<!-- {mark} -->\n```\w*\n(.*?)```\n", text, re.DOTALL)
    assert match is not None, mark
    return match[1]


@pytest.mark.parametrize("page", ["README.md", "docs/usage.md"])
def test_the_exit_codes_are_those_of_the_tool(page: str) -> None:
    assert marked((ROOT / page).read_text("utf-8"), "exit codes").strip("\n") == table()


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


def test_ci_runs_the_readme_line() -> None:
    assert "<!-- tests -->" in (ROOT / ".ci" / "run").read_text("utf-8")


def tokens() -> list[str]:
    return sorted(set(re.findall(r"vgic-stress replay (vs\d+-\S+)$", README, re.MULTILINE)))


def test_the_readme_shows_a_race_and_a_wrong_order() -> None:
    assert len(tokens()) == 2


@pytest.mark.parametrize("token", tokens())
def test_the_race_in_the_readme_still_replays(token: str, tmp_path: Path) -> None:
    replay = subprocess.run(
        [sys.executable, "-m", "stress", "replay", token],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert replay.returncode == 1, replay.stdout + replay.stderr


def written_up() -> list[str]:
    page = (ROOT / "docs" / "findings.md").read_text("utf-8")
    return re.findall(r"^```text\n(vs\d+-[^`]+)```$", page, re.MULTILINE)


def test_the_findings_have_their_tokens() -> None:
    assert len(written_up()) >= 2


@pytest.mark.parametrize("revision", [None, "head-walk"])
@pytest.mark.parametrize("token", written_up())
def test_a_finding_that_is_written_up_still_fails_where_it_says(
    token: str, revision: str | None, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(token, "ascii")
    words = [] if revision is None else ["--revision", revision]
    replay = subprocess.run(
        [sys.executable, "-m", "stress", "replay", "@token", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert replay.returncode == 1, replay.stdout + replay.stderr


def test_the_patch_in_the_readme_is_found_wrong(tmp_path: Path) -> None:
    patch = re.search(r"```python\n(# my_patch\.py\n.*?)```", README, re.DOTALL)
    assert patch is not None
    (tmp_path / "my_patch.py").write_text(patch[1], "utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "stress", "run", "--revision", "my_patch.py:MyKernel", "-x",
         "--seed", "2"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert run.returncode == 1, run.stdout + run.stderr
    assert "I16 missed kick" in run.stdout


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


PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)(?:#\S*)?\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
