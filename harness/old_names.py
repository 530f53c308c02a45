# SPDX-License-Identifier: GPL-2.0-only
"""Old names of modules and of what is in them, which work for a version more, with a warning.

A user's program says `from harness.waitqueue import WaitQueue` long after that module has moved. An
old module is made when somebody asks for it, out of those that have its contents now; so it costs
nothing as long as nobody does, and what is in it are the same objects under either name.
"""

import sys
import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

WORKS_UNTIL = "0.3"
"""The version that knows the old names no more."""


class OldName(FutureWarning):
    """Something is asked for by a name that it no longer has; the message says which it has."""


class _Finder:
    """Finds old modules, after all others have looked for a module in vain.

    Args:
        modules: for each old module those that have its contents now.
    """

    def __init__(self, modules: Mapping[str, tuple[str, ...]]) -> None:
        self._modules = modules

    def find_spec(
        self, name: str, path: object = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how to make a module; None if it is none of the old ones."""
        new = self._new(name)
        # Not of the classes in importlib.abc: to import those takes 3 % of a worker's start.
        loader: Any = _Loader(new)
        return ModuleSpec(name, loader, is_package=True) if new else None

    def _new(self, name: str) -> tuple[str, ...]:
        """Return where a module's contents are now; of a package its modules went with it."""
        if name in self._modules:
            return self._modules[name]
        package, _, module = name.rpartition(".")
        return tuple(f"{new}.{module}" for new in self._modules.get(package, ()))


class _OldModule(ModuleType):
    """An old module.

    Once it is imported its room has it under its name, where the room may have had a function
    (`harness.list_sort`, `harness.replay`): so it can be called as that.
    """

    def __call__(self, *arguments: object, **options: object) -> object:
        """Call the function of the same name."""
        function = vars(self).get(self.__name__.rpartition(".")[2])
        if not callable(function):
            raise TypeError(f"{self.__name__} is a module and cannot be called")
        return function(*arguments, **options)


class _Loader:
    """Makes an old module.

    Args:
        new: the modules that have its contents now.
    """

    def __init__(self, new: tuple[str, ...]) -> None:
        self._new = new

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return an empty module."""
        return _OldModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Fill an old module with what is in the new ones."""
        contents: dict[str, object] = {}
        for new in self._new:
            contents |= {
                name: value
                for name, value in vars(import_module(new)).items()
                if not name.startswith("__")
            }
        room, _, last = module.__name__.rpartition(".")
        function = vars(sys.modules[room]).get(last) if room else None
        if callable(function):
            contents.setdefault(last, function)
        _warn(module.__name__, " and ".join(self._new))
        vars(module).update(contents)


def keep_old_names(
    modules: Mapping[str, tuple[str, ...]], names: Mapping[str, Mapping[str, str]]
) -> None:
    """Let what has moved be imported from where it was.

    Args:
        modules: for each old module the modules that have its contents now.
        names: for each module that is still there the old names in it, and for each of those what
            it is now, with its module.
    """
    sys.meta_path.append(_Finder(modules))
    for module, renamed in names.items():
        vars(sys.modules[module])["__getattr__"] = _look_up(module, renamed)


def _look_up(module: str, names: Mapping[str, str]) -> Callable[[str], object]:
    """Return the `__getattr__` of a module in which some names are old."""

    def look_up(name: str) -> object:
        if name not in names:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        where, _, what = names[name].rpartition(".")
        found: object = getattr(import_module(where), what)
        _warn(f"{module}.{name}", names[name])
        setattr(sys.modules[module], name, found)  # so that it is not looked up here again
        return found

    return look_up


def _warn(old: str, new: str) -> None:
    # From here over whoever calls this to the line that asks, past the frames of the import.
    warnings.warn(f"{old} is {new} now; the old name works until {WORKS_UNTIL}", OldName, 3)
