# SPDX-License-Identifier: GPL-2.0-only
"""A user's own class: the file that it is in is run, and the class in it is chosen.

What goes wrong in somebody else's file is said in one line, with what to write instead.
"""

import importlib.util
import inspect
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import SourceLoader
from pathlib import Path
from types import ModuleType

from harness.engine import described
from stress.system import loading
from vgic import CompositionError, Mechanism, patched


class _Copied(SourceLoader):
    """Loads a file from a copy of it, under its own name."""

    def __init__(self, path: Path, copy: Path) -> None:
        self._path = path
        self._copy = copy

    def get_filename(self, fullname: str) -> str:
        """Return what the module's code says where it is from."""
        return str(self._path.absolute())

    def get_data(self, path: str) -> bytes:
        """Return the source; there is no bytecode, which would be of the file."""
        return self._copy.read_bytes()


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
    module = _run_file(path, copy)
    try:
        return patched(_choose_class(path, module, name))
    except CompositionError:
        raise
    except Exception as error:  # a metaclass can do anything
        raise CompositionError(f"{path} cannot be used: {described(error)}") from error


@contextmanager
def _staying_here() -> Iterator[None]:
    """Come back to the current directory, wherever a user's file goes: its own path begins here."""
    here = Path.cwd()
    try:
        yield
    finally:
        os.chdir(here)


def _run_file(path: Path, copy: Path | None) -> ModuleType:
    if not (copy or path).is_file():
        raise CompositionError(f"there is no file {path}")
    # A name of its own: a patch called queue.py must not become everybody's queue.
    name = f"vgic_stress_patch_{path.stem}"
    loader = None if copy is None else _Copied(path, copy)
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    if spec is None or spec.loader is None:
        raise CompositionError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    # What lies beside it can be imported, behind all that could be before.
    beside = str(path.parent.resolve())
    if beside not in sys.path:
        sys.path.append(beside)
    try:
        with loading(), _staying_here():
            spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise CompositionError(
            f"{path} cannot be run: {_line(error, path)}{described(error)}"
        ) from error
    return module


def _line(error: BaseException, path: Path) -> str:
    """Say in which line of the file an exception came up; a SyntaxError says so itself."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename) == path.absolute()]
    return f"line {lines[-1]}: " if lines else ""


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
