# SPDX-License-Identifier: GPL-2.0-only
"""All house rules by name, and the violations that are known and not mended yet."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.tidy.files import (
    files_without_licence,
    large_files,
    large_functions,
    names_that_say_nothing,
    rooms_without_a_word,
    tests_that_mirror_nothing,
    types_named_twice,
    what_differs_from_run_to_run,
)
from tests.tidy.rooms import circles, imports_across, imports_behind_a_face, upward_imports

Rule = Callable[[Path], list[str]]

RULES: dict[str, Rule] = {
    "imports go down only": upward_imports,
    "a room is entered through its face": imports_behind_a_face,
    "no circle of imports": circles,
    "the kernel knows no judge": partial(imports_across, room="vgic/kernel", other="vgic/judging"),
    "the guest knows no judge": partial(imports_across, room="vgic/guest", other="vgic/judging"),
    "a judge knows no kernel": partial(imports_across, room="vgic/judging", other="vgic/kernel"),
    "a judge knows no guest": partial(imports_across, room="vgic/judging", other="vgic/guest"),
    "the hardware knows no kernel": partial(
        imports_across, room="vgic/hardware", other="vgic/kernel"
    ),
    "a file is read at once": large_files,
    "a function is read at once": large_functions,
    "a file names its licence": files_without_licence,
    "a room says what it is for": rooms_without_a_word,
    "a name says something": names_that_say_nothing,
    "a type has its name alone": types_named_twice,
    "the same from run to run": what_differs_from_run_to_run,
    "tests stand where their sources do": tests_that_mirror_nothing,
}
