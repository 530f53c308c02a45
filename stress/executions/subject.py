# SPDX-License-Identifier: GPL-2.0-only
"""What is put to the test: a revision by name or a user's own class, and the bugs in it.

A subject is plain text, so that it can be sent to a worker and put into a token. Only `kernel`
turns it into a class, which for a user's class means running the user's file.
"""

import importlib.util
import inspect
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from harness.engine import described, printable_name, printable_text
from stress.system import loading
from vgic import (
    DEFAULT,
    CompositionError,
    Mechanism,
    compose,
    named_revision,
    patched,
    true_name,
    with_races_checked,
)


@dataclass(frozen=True)
class Subject:
    """A kernel to test, by name.

    Attributes:
        revision: a revision's name, also given by an alias, or `file.py:Class`; `file.py` alone if
            it has one class.
        bugs: names of bugs put into it.
        races: check every access to a shared field for data races.
    """

    revision: str = DEFAULT
    bugs: tuple[str, ...] = ()
    races: bool = False

    def __post_init__(self) -> None:
        """Call a revision by its own name, whatever alias it was given by."""
        object.__setattr__(self, "revision", true_name(self.revision))

    @property
    def patch(self) -> tuple[Path, str] | None:
        """The user's file and class ("" if not said), None for a named revision."""
        if self.revision.endswith(".py"):
            return Path(self.revision), ""
        path, _, name = self.revision.rpartition(":")
        return (Path(path), name) if path.endswith(".py") else None

    def kernel(self) -> type[Mechanism]:
        """Return the kernel as a class.

        Raises:
            CompositionError: a name is unknown, the user's file cannot be used, or the bugs
                exclude each other.
        """
        patch = self.patch
        revision = named_revision(self.revision).cls if patch is None else _load(*patch)
        return self._checked(compose(revision, self.bugs))

    def _checked(self, kernel: type[Mechanism]) -> type[Mechanism]:
        return with_races_checked(kernel) if self.races else kernel

    def patch_identity(self) -> tuple[str, str] | None:
        """Return the user's class by name and source hash, None for a named revision."""
        if self.patch is None:
            return None
        path, name = self.patch
        named = printable_name(name or _load(path, name).__name__)
        return named, sha256(path.read_bytes()).hexdigest()[:16]

    def replaying(self, *tokens: str) -> list[str]:
        """Return the words of the command that replays tokens of executions of this.

        A user's class is named, since a token does not carry it.
        """
        words = ["vgic-stress", "replay", *tokens]
        if self.patch is not None:
            words += ["--revision", self.revision]
            words += [word for bug in self.bugs for word in ("--bug", bug)]
        return words

    def __str__(self) -> str:
        return "+".join([printable_text(self.revision), *self.bugs])


def _load(path: Path, name: str) -> type[Mechanism]:
    module = _run_file(path)
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


def _run_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise CompositionError(f"there is no file {path}")
    # A name of its own: a patch called queue.py must not become everybody's queue.
    name = f"vgic_stress_patch_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
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
