# SPDX-License-Identifier: GPL-2.0-only
"""Does what has moved still have its old name: the same objects, and a warning with the new one?"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from inspect import isfunction
from pathlib import Path
from types import ModuleType
from typing import cast

import pytest

import harness.moved
import vgic.moved
from harness import OldName
from harness.old_names import WORKS_UNTIL, keep_old_names

MODULES = harness.moved.MODULES | vgic.moved.MODULES
NAMES = [
    (module, old, new)
    for table in (harness.moved.NAMES, vgic.moved.NAMES)
    for module, names in table.items()
    for old, new in names.items()
]
FUNCTIONS = {
    f"{room.__name__}.{name}"
    for room in (harness, vgic)
    for name in room.__all__
    if isfunction(getattr(room, name))
}
Old = Callable[[str], ModuleType]

PATCH = """
from vgic import V1
from vgic.irq import LEVEL, irq_is_pending
from vgic.vm import Kvm, Mode
import harness.host_interrupt


class MyKernel(V1):
    pass
"""


@pytest.fixture
def old() -> Iterator[Old]:
    """Import modules that are forgotten afterwards, as if nobody had asked for them."""
    asked: list[str] = []
    before: dict[str, object] = {}

    def load(name: str) -> ModuleType:
        asked.append(name)
        module, _, last = name.rpartition(".")
        before[name] = vars(import_module(module)).get(last)
        with pytest.warns(OldName, match=f"until {WORKS_UNTIL}"):
            return import_module(name)

    yield load
    for name in reversed(asked):
        module, _, last = name.rpartition(".")
        del sys.modules[name], vars(sys.modules[module])[last]
        if before[name] is not None:
            setattr(sys.modules[module], last, before[name])


@pytest.mark.parametrize("name", MODULES)
def test_an_old_module_has_what_is_in_the_new_ones(old: Old, name: str) -> None:
    module = old(name)
    for new in map(import_module, MODULES[name]):
        for key, value in vars(new).items():
            if not key.startswith("__") and not isinstance(value, ModuleType):
                assert vars(module)[key] is value


@pytest.mark.parametrize(("module", "name", "new"), NAMES)
def test_an_old_name_is_the_same_object(
    module: str, name: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, _, what = new.rpartition(".")
    monkeypatch.delitem(vars(import_module(module)), name, raising=False)
    with pytest.warns(OldName) as heard:
        found = getattr(import_module(module), name)
    monkeypatch.delitem(vars(import_module(module)), name)
    assert found is getattr(import_module(where), what)
    text = f"{module}.{name} is {new} now; the old name works until {WORKS_UNTIL}"
    assert [str(each.message) for each in heard] == [text]


def test_a_module_goes_with_its_package(old: Old) -> None:
    from harness.search.strategies.pct import Pct

    old("harness.strategies")
    assert old("harness.strategies.pct").Pct is Pct


@pytest.mark.parametrize("name", sorted(set(MODULES) & FUNCTIONS))
def test_a_function_that_is_called_as_an_old_module_can_be_called_still(
    old: Old, name: str
) -> None:
    room, _, function = name.rpartition(".")
    usual = vars(import_module(room))[function]
    module = old(name)
    assert vars(import_module(room))[function] is module
    assert vars(module)[function] is usual
    vars(module)[function] = lambda *arguments, **options: (arguments, options)
    assert cast(Callable[..., object], module)(1, two=2) == ((1,), {"two": 2})


@pytest.mark.parametrize("name", ["harness.nothing", "vgic.irq.nothing", "vgic.strategies"])
def test_a_name_that_never_was_is_not_found(old: Old, name: str) -> None:
    if name.startswith("vgic.irq"):
        old("vgic.irq")
    with pytest.raises(ModuleNotFoundError):
        import_module(name)


def test_a_name_that_never_was_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="module 'vgic' has no attribute 'V2'"):
        import_module("vgic").V2  # noqa: B018


def test_to_look_for_an_old_module_is_not_to_ask_for_it() -> None:
    assert find_spec("harness.host_interrupt") is not None
    assert "harness.host_interrupt" not in sys.modules


def test_the_modules_of_a_table_are_found_after_all_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: Old
) -> None:
    (tmp_path / "is_there_and_old.py").write_text("WHICH = 'is there'", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    keep_old_names({"is_there_and_old": ("harness.moved",), "is_old": ("harness.moved",)}, {})
    try:
        assert import_module("is_there_and_old").WHICH == "is there"
    finally:
        sys.modules.pop("is_there_and_old", None)
    with pytest.warns(OldName):
        assert import_module("is_old").MODULES is harness.moved.MODULES
    del sys.modules["is_old"]


def python(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], cwd=folder, capture_output=True, text=True, check=True
    )


def test_whoever_uses_old_names_is_told_once_and_where(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(PATCH, "utf-8")
    (tmp_path / "both.py").write_text(
        "import mine\nfrom vgic import V1\nimport vgic.irq\n", "utf-8"
    )
    said = python(tmp_path, "both.py").stderr.splitlines()
    places = [line.partition(": ")[0].rpartition("/")[2] for line in said if "OldName" in line]
    assert places == [f"mine.py:{number}" for number in (2, 3, 4, 5)]


def test_nothing_is_made_until_somebody_asks(tmp_path: Path) -> None:
    python(
        tmp_path,
        "-W",
        "error::FutureWarning",
        "-c",
        "import sys, harness.moved, vgic.moved, stress.commands.cli, stress.plugin.plugin\n"
        "for table in (harness.moved, vgic.moved):\n"
        "    assert not set(table.MODULES) & set(sys.modules)\n"
        "    for module, names in table.NAMES.items():\n"
        "        assert not set(names) & set(vars(sys.modules[module]))\n",
    )
