# SPDX-License-Identifier: GPL-2.0-only
"""Does the command write the page, and say what it cannot show?"""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from stress.commands.report import write_report
from stress.inputs import BadArgument
from tests.fixtures import nights
from tests.fixtures.nights import MODEL, PATCH, finding, night, target

Run = Callable[..., subprocess.CompletedProcess[str]]


def a_folder(folder: Path, number: int, count: int = 1) -> Path:
    """Return a folder with one night, in which one finding was met so many times."""
    record = finding(PATCH, seen={number: count})
    one = night(number, targets=[target(PATCH)], found=[record.id])
    return nights.write(folder, nights.History([one], [record], {}, {}))


def test_a_page_is_written_and_one_line_says_so(vgic_stress: Run, tmp_path: Path) -> None:
    a_folder(tmp_path / "nights", 1)
    done = vgic_stress("report", "nights")
    assert (done.returncode, done.stdout) == (
        0,
        "1 night, 1 finding: written to vgic-stress-report.html\n",
    )
    assert sorted(path.name for path in (tmp_path / "nights").iterdir()) == ["findings", "runs"]
    page = (tmp_path / "vgic-stress-report.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert page.count(MODEL) > 2


def test_several_folders_are_one_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = [a_folder(tmp_path / "a", 1), a_folder(tmp_path / "b", 2)]
    assert write_report([*folders, folders[0]], tmp_path / "page.html") == 0
    assert capsys.readouterr().out.startswith("2 nights, 1 finding: written to ")


def test_what_is_damaged_is_left_out_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_folder(tmp_path / "nights", 1)
    a_folder(tmp_path / "other", 2)
    damaged = folder / "runs" / nights.name_of(2)
    damaged.mkdir()
    (damaged / "summary.json").write_text('{"night": "\\u001b[2J"', "utf-8")
    assert write_report([folder], tmp_path / "page.html") == 0
    said = capsys.readouterr()
    assert said.out.startswith("1 night, 1 finding")
    assert f"{damaged / 'summary.json'} cannot be used" in said.err
    assert "\x1b" not in said.err
    assert "summary.json cannot be used" in (tmp_path / "page.html").read_text("utf-8")


@pytest.mark.parametrize("name", ["nowhere", "a_file", "no_nights_in_it", "none_has_ended"])
def test_without_nights_there_is_no_page(name: str, tmp_path: Path) -> None:
    (tmp_path / "a_file").write_text("", "utf-8")
    (tmp_path / "no_nights_in_it").mkdir()
    (tmp_path / "none_has_ended" / "runs" / nights.name_of(1)).mkdir(parents=True)
    with pytest.raises(BadArgument, match=name):
        write_report([tmp_path / name], tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("file", ["", "missing/page.html", "nights"])
def test_a_file_that_cannot_be_written_is_said(file: str, tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "nights", 1)
    with pytest.raises(BadArgument, match=f"-o {tmp_path / file}: it cannot be written"):
        write_report([folder], tmp_path / file)
