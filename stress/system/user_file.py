# SPDX-License-Identifier: GPL-2.0-only
"""A user's Python file, run as a module: a patch, or scenarios.

It may be run from a copy, under its own name; it may import what lies beside it; and whatever it
does wrong is said in one line, with the line of the file in which it came up.
"""

import importlib.util
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import SourceLoader
from pathlib import Path
from types import ModuleType

from harness.engine import described
from stress.system.confining import loading


class UnusableFile(ValueError):
    """A user's file cannot be run; the message says why, and in which line."""


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


def run_file(path: Path, copy: Path | None, prefix: str) -> ModuleType:
    """Run a user's file and return the module.

    Args:
        path: the file.
        copy: a copy of the file that is run in its place, and called by its name; it may be edited
            while a night goes on, or be on another machine.
        prefix: what the module's name begins with: a file called queue.py must not become
            everybody's queue.

    Raises:
        UnusableFile: it is not there, or cannot be run to its end.
    """
    if not (copy or path).is_file():
        raise UnusableFile(f"there is no file {path}")
    name = f"{prefix}_{path.stem}"
    loader = None if copy is None else _Copied(path, copy)
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    if spec is None or spec.loader is None:
        raise UnusableFile(f"{path} is not a Python file")
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
        line = line_in(path, error)
        raise UnusableFile(f"{path} cannot be run: {line}{described(error)}") from error
    return module


@contextmanager
def _staying_here() -> Iterator[None]:
    """Come back to the current directory, wherever a user's file goes: its own path begins here."""
    here = Path.cwd()
    try:
        yield
    finally:
        os.chdir(here)


def line_in(path: Path, error: BaseException) -> str:
    """Return in which line of a file an exception came up, as `line N: `.

    Args:
        path: the file.
        error: the exception.

    Returns:
        "" if it came up in no line of it; a SyntaxError says where it is by itself.
    """
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename) == path.absolute()]
    return f"line {lines[-1]}: " if lines else ""
