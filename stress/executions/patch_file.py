# SPDX-License-Identifier: GPL-2.0-only
"""A user's own class: the file that it is in is run, and the class in it is chosen.

What goes wrong in somebody else's file is said in one line, with what to write instead.
"""

import inspect
from pathlib import Path
from types import ModuleType

from harness.engine import described
from stress.system import UnusableFile, run_file
from vgic import CompositionError, Mechanism, patched

_PREFIX = "vgic_stress_patch"


def load(path: Path, name: str, copy: Path | None = None) -> type[Mechanism]:
    """Run a user's file and return the class in it.

    Args:
        path: the file.
        name: the class, "" if it is the only one.
        copy: a copy of the file that is run in its place, and called by its name; it may be edited
            while a night goes on, or be on another machine.

    Raises:
        CompositionError: the file cannot be run, or has no such class, or that can be no kernel.
    """
    try:
        module = run_file(path, copy, _PREFIX)
    except UnusableFile as error:
        raise CompositionError(str(error)) from error
    try:
        return patched(_choose_class(path, module, name))
    except CompositionError:
        raise
    except Exception as error:  # a metaclass can do anything
        raise CompositionError(f"{path} cannot be used: {described(error)}") from error


def _choose_class(path: Path, module: ModuleType, name: str) -> type:
    classes = {
        each.__name__: each
        for each in vars(module).values()
        if inspect.isclass(each) and each.__module__ == module.__name__
    }
    kernels = {each: cls for each, cls in classes.items() if issubclass(cls, Mechanism)} or classes
    if name:
        if name not in classes:
            raise CompositionError(f"{path} has no class {name}; {_found(classes)}")
        return classes[name]
    if len(kernels) != 1:
        raise CompositionError(
            f"say which class of {path} to use, as FILE:CLASS; {_found(kernels)}"
        )
    return next(iter(kernels.values()))


def _found(classes: dict[str, type]) -> str:
    return f"it has {', '.join(classes)}" if classes else "it has no class at all"
