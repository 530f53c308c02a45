# SPDX-License-Identifier: GPL-2.0-only
"""Is a record found by writing its file, and by nothing else?"""

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from vgic.revisions import records_in

Folder = Callable[[dict[str, str]], ModuleType]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    """Return what makes a package out of its files' texts."""

    def make(files: dict[str, str]) -> ModuleType:
        package = tmp_path / "some_records"
        package.mkdir()
        for name, text in {"__init__.py": "", **files}.items():
            (package / name).write_text(text, "utf-8")
        return import_module("some_records")

    monkeypatch.syspath_prepend(tmp_path)
    yield make
    for name in [name for name in sys.modules if name.partition(".")[0] == "some_records"]:
        del sys.modules[name]


def test_each_file_has_one_in_the_order_of_the_files(folder: Folder) -> None:
    found = folder({"b.py": "RECORD = 'b'", "a.py": "RECORD = 'a'", "c.py": "RECORD = 'c'"})
    assert list(records_in(found, str)) == ["a", "b", "c"]


def test_a_file_without_one_and_what_is_no_module_are_passed_over(folder: Folder) -> None:
    found = folder({"a.py": "OTHER = 'a'", "b.py": "RECORD = 'b'", "c.py~": "RECORD = 'c'"})
    assert list(records_in(found, str)) == ["b"]


def test_a_record_of_another_kind_is_a_mistake(folder: Folder) -> None:
    found = folder({"a.py": "RECORD = 1"})
    with pytest.raises(TypeError, match=r"some_records\.a\.RECORD is no str: 1"):
        list(records_in(found, str))
