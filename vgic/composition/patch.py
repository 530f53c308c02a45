# SPDX-License-Identifier: GPL-2.0-only
"""A user's own class as a kernel: what it overrides has to be something that there is.

A function under a name that the kernel lacks would never be called, and its author would take the
verdict for one on his patch.
"""

import difflib
import warnings
from collections.abc import Iterator
from contextlib import suppress
from functools import partial, partialmethod
from types import CodeType, FunctionType

from harness import OldName
from harness.old_names import WORKS_UNTIL
from vgic.composition.composing import beyond_revisions, overridden
from vgic.composition.names import did_you_mean
from vgic.composition.refused import CompositionError
from vgic.judging import WINDOWS
from vgic.kernel import Mechanism
from vgic.revisions import DEFAULT, REVISIONS

NEARLY = 0.75
"""How alike two names are, from 0 to 1, for one of them to be taken for the other misspelt."""


def patched(patch: type) -> type[Mechanism]:
    """Return the kernel that a user's class makes: itself, or put in front of the default one.

    Names that begin with an underscore are the user's own business, unless one that nothing in the
    class uses is nearly a name that the kernel calls.

    Raises:
        CompositionError: it overrides nothing, a name the kernel lacks, one that cannot be
            overridden, or a misspelt one.
    """
    kernel = patch if issubclass(patch, Mechanism) else _on_the_default(patch)
    _check_windows(kernel)
    _check_names(kernel)
    _check_helpers(kernel)
    _warn_of_watch(kernel)
    return kernel


def _on_the_default(patch: type) -> type[Mechanism]:
    if all(name.startswith("_") for name in dir(patch)):
        raise CompositionError(
            f"{patch.__name__} overrides nothing: it is derived from no revision and has no method "
            "with the name of a kernel function"
        )
    bases = (patch, REVISIONS[DEFAULT].cls)
    try:
        kernel: type[Mechanism] = type(patch.__name__, bases, {"__module__": patch.__module__})
    except TypeError as error:
        raise CompositionError(f"{patch.__name__} cannot be a kernel: {error}") from error
    return kernel


def _warn_of_watch(patch: type[Mechanism]) -> None:
    """Say once, where it is loaded and not where it runs, that a patch uses an old name."""
    for cls in patch.__mro__:
        if cls.__module__.partition(".")[0] == "vgic":
            continue
        for function in vars(cls).values():
            code = getattr(function, "__code__", None)
            if isinstance(code, CodeType) and "watch" in code.co_names:
                message = (
                    f"{cls.__name__}.{code.co_name}: self.watch is self.trace now; the old name "
                    f"works until {WORKS_UNTIL}"
                )
                warnings.warn_explicit(message, OldName, code.co_filename, code.co_firstlineno)


def _check_windows(patch: type[Mechanism]) -> None:
    """Check that what a user's class says to cross never are windows."""
    windows: object = patch.never_crosses
    if not isinstance(windows, frozenset | set) or not all(isinstance(w, str) for w in windows):
        raise CompositionError(
            f"{patch.__name__}: never_crosses is a set of names of windows, such as "
            f"frozenset({{'split'}}), not {windows!r:.60}"
        )
    for window in sorted(windows):
        if window not in WINDOWS:
            raise CompositionError(
                f"{patch.__name__} never crosses {window!r}, which is no window"
                f"{did_you_mean(window, WINDOWS)} (`vgic-stress list windows` shows them all)"
            )


def _check_names(patch: type[Mechanism]) -> None:
    """Check that everything a user's class overrides is something there is to override."""
    functions = {
        name: getattr(Mechanism, name)
        for name in dir(Mechanism)
        if callable(getattr(Mechanism, name)) and not name.startswith("_")
    }
    for cls in beyond_revisions(patch):
        for name in sorted(overridden(cls)):
            if name not in functions:
                raise CompositionError(
                    f"{cls.__name__} defines {name}, which the kernel never calls"
                    f"{did_you_mean(name, functions)} (helpers of your own begin with an "
                    "underscore)"
                )
            if getattr(functions[name], "__final__", False):
                raise CompositionError(
                    f"{cls.__name__} overrides {name}, which is the frame the kernel runs in and "
                    "cannot be replaced; override one of the functions it calls"
                )


def _check_helpers(patch: type[Mechanism]) -> None:
    """Check that no helper is a misspelt name of the kernel's, which nobody would ever call."""
    kernels = [name for name in dir(Mechanism) if not name.startswith("__")]
    theirs = beyond_revisions(patch)
    used = {
        used
        for cls in theirs
        for name, value in vars(cls).items()
        for used in _used_in(value)
        if used != name
    }
    for cls in theirs:
        if cls.__module__.partition(".")[0] == "vgic":
            continue
        for name, value in sorted(vars(cls).items()):
            helper = name.startswith("_") and not name.startswith("__") and callable(value)
            if not helper or name in kernels or name in used:
                continue
            near = difflib.get_close_matches(name, kernels, n=1, cutoff=NEARLY)
            if near:
                raise CompositionError(
                    f"{cls.__name__} defines {name}, which nothing calls; did you mean {near[0]}? "
                    "(a helper of your own is called by some function of the class)"
                )


def _used_in(value: object) -> Iterator[str]:
    """Yield the names that a function uses, and that what it calls in its own file does."""
    seen = set[CodeType | FunctionType]()
    left = [value]
    while left:
        value = left.pop()
        if isinstance(value, CodeType | FunctionType):
            if value in seen:
                continue
            seen.add(value)
        if isinstance(value, CodeType):
            yield from value.co_names
            # The name may be text, as in `getattr(self, name)`.
            yield from (text for text in value.co_consts if isinstance(text, str))
            left += value.co_consts
        elif isinstance(value, FunctionType):
            called = (value.__globals__.get(name) for name in value.__code__.co_names)
            left += [f for f in called if isinstance(f, FunctionType) and _are_together(f, value)]
            left += [value.__code__, vars(value).get("__wrapped__"), *_enclosed_in(value)]
        elif isinstance(value, property):
            left += [value.fget, value.fset]
        elif isinstance(value, classmethod | staticmethod):
            left.append(value.__func__)
        elif isinstance(value, partial | partialmethod):
            left.append(value.func)


def _are_together(one: FunctionType, other: FunctionType) -> bool:
    return one.__globals__ is other.__globals__


def _enclosed_in(function: FunctionType) -> Iterator[object]:
    """Yield what a function, such as one that decorates another, has of where it was made."""
    for cell in function.__closure__ or ():
        with suppress(ValueError):  # it was never set
            yield cell.cell_contents
