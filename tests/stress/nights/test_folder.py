# SPDX-License-Identifier: GPL-2.0-only
"""Are nights counted, copied from and kept apart as their folder promises?"""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stress.inputs import BadArgument
from stress.nights.folder import copied, git_commit, git_diff, held, new_night, nights_in

HOLDS = """
import sys, time
from pathlib import Path
from stress.nights.folder import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_nights_are_counted_whatever_the_clock_says(tmp_path: Path) -> None:
    names = [new_night(tmp_path) for _ in range(3)]
    assert [each.name[:11] for each in names] == ["night-0001-", "night-0002-", "night-0003-"]
    os.utime(names[2], (0, 0))
    assert nights_in(tmp_path) == names
    assert new_night(tmp_path).name.startswith("night-0004-")


def test_what_is_no_night_is_not_counted(tmp_path: Path) -> None:
    place = new_night(tmp_path)
    (tmp_path / "runs" / "night-9999-notahash").mkdir()
    (tmp_path / "runs" / "notes.txt").write_text("mine")
    assert nights_in(tmp_path) == [place]
    assert nights_in(tmp_path / "nowhere") == []


def test_a_second_night_on_one_folder_is_refused_and_names_the_first(tmp_path: Path) -> None:
    words = [sys.executable, "-c", HOLDS, str(tmp_path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        named = rf"another night runs in it \(process {first.pid} "
        with pytest.raises(BadArgument, match=named), held(tmp_path):
            pytest.fail("it is held twice")
        first.kill()
    with held(tmp_path):
        pass  # who was killed holds nothing


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "nights"
    file.write_text("mine")
    with pytest.raises(BadArgument, match="no folder"), held(file):
        pytest.fail("a file is held")
    assert file.read_text() == "mine"


@pytest.mark.parametrize("folder", ["/proc/nights", "/dev/null/nights", "x" * 300])
def test_a_folder_that_cannot_be_written_is_refused(folder: str, tmp_path: Path) -> None:
    with pytest.raises(BadArgument, match=r"--out .*folder"), held(tmp_path / folder):
        pytest.fail("it is held")


def test_a_lock_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    with pytest.raises(BadArgument, match="nothing can be kept there"), held(tmp_path):
        pytest.fail("it is held")


def test_a_full_disk_is_not_taken_for_a_bad_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(OSError, match="No space left"), held(tmp_path):
        pytest.fail("it is held")


def test_a_patch_is_copied_once(tmp_path: Path) -> None:
    patch = tmp_path / "my_patch.py"
    patch.write_text("at first")
    copy = copied(patch, 2, tmp_path, "patches")
    patch.write_text("edited")
    assert copied(patch, 2, tmp_path, "patches") == copy
    assert copy.read_text() == "at first"


def test_two_patches_of_one_name_have_a_copy_each(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "my_patch.py").write_text(name)
    copies = [
        copied(tmp_path / name / "my_patch.py", number, tmp_path, "patches")
        for number, name in enumerate(("one", "other"))
    ]
    assert [copy.read_text() for copy in copies] == ["one", "other"]


def test_the_tree_that_it_is_started_in_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert (git_commit(), git_diff()) == ("", "")
    for words in (
        ("init", "-q"),
        ("config", "user.email", "a@example.org"),
        ("config", "user.name", "A"),
        ("commit", "-q", "--allow-empty", "-m", "first"),
    ):
        subprocess.run(["git", *words], check=True)
    assert len(git_commit()) == 12
    (tmp_path / "vgic.c").write_text("new")
    subprocess.run(["git", "add", "vgic.c"], check=True)
    assert git_commit().endswith("+")
    assert "+new" in git_diff()
