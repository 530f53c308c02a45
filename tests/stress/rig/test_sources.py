# SPDX-License-Identifier: GPL-2.0-only
"""Are the sources of monitor and guest kept as ours are, and all of them compiled?"""

from pathlib import Path

import pytest

import stress.rig
from stress.rig.building.recipe import recipe

SOURCES = Path(stress.rig.__file__).parent / "sources"
FILES = sorted(SOURCES.iterdir())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_source_is_read_at_once_and_names_its_licence(path: Path) -> None:
    text = path.read_text("utf-8")
    mark = "//" if path.suffix == ".c" else "/*"
    assert text.startswith(f"{mark} SPDX-License-Identifier: GPL-2.0-only")
    assert text.count("\n") <= 250
    assert max(map(len, text.expandtabs(8).splitlines())) <= 100


@pytest.mark.parametrize("kind", ["gcc", "zig"])
def test_each_source_is_compiled_once_and_each_file_decides_what_comes_out(kind: str) -> None:
    making = recipe(kind)
    calls = making.commands(Path("/room"), Path("/room/init"))
    compiled = [word for call in calls for word in call if word.endswith(".c")]
    assert sorted(compiled) == [str(path) for path in FILES if path.suffix == ".c"]
    assert sorted(making.files) == FILES
    assert {word for call in calls for word in call if word.startswith("-")} - {"-o"} <= set(
        making.flags
    )


def test_only_the_guest_is_compiled_for_where_there_is_nothing() -> None:
    guest, monitor = recipe("gcc").commands(Path("/room"), Path("/room/init"))
    assert "-mgeneral-regs-only" in guest
    assert "-mgeneral-regs-only" not in monitor
    assert guest[guest.index("-o") + 1] in monitor


def test_zig_is_told_for_which_machine_and_gcc_knows() -> None:
    for kind, told in (("zig", True), ("gcc", False)):
        for call in recipe(kind).commands(Path("/room"), Path("/room/init")):
            assert ("-target" in call) is told
