# SPDX-License-Identifier: GPL-2.0-only
"""A kernel out of a revision, some bugs, and perhaps a user's own class.

A bug or a patch is a class that overrides kernel functions or decisions by name. What it overrides
is put in front of the revision; two bugs on one decision are refused, and so is a name that the
kernel lacks.
"""

from collections.abc import Sequence

from vgic.bugs import BUGS, CANARIES
from vgic.composition.names import did_you_mean
from vgic.judging import WINDOWS
from vgic.revisions import REVISIONS, V1


class CompositionError(ValueError):
    """The classes cannot be put together; the message says why and what to do."""


def named_revision(name: str) -> type[V1]:
    """Return a revision by name.

    Raises:
        CompositionError: there is none of that name.
    """
    return _named(name, REVISIONS, "revision")


def named_bug(name: str) -> type[V1]:
    """Return a bug by name.

    Raises:
        CompositionError: there is none of that name.
    """
    return CANARIES[name] if name in CANARIES else _named(name, BUGS, "bug")


def compose(revision: type[V1], bugs: Sequence[str]) -> type[V1]:
    """Put bugs into a revision.

    Args:
        revision: a revision, or a user's class derived from one.
        bugs: names of bugs; their order does not matter.

    Raises:
        CompositionError: an unknown bug, or two bugs on one decision.
    """
    by: dict[str, str] = {}
    chosen = {name: named_bug(name) for name in sorted(set(bugs))}
    for name, bug in chosen.items():
        for function in overridden(bug):
            if function in by:
                raise CompositionError(
                    f"bugs {by[function]} and {name} both override {function}: "
                    "only one of them can be in a kernel"
                )
            by[function] = name
    if not chosen:
        return revision
    return type(revision.__name__, (*chosen.values(), revision), {})


def with_races_checked(kernel: type[V1]) -> type[V1]:
    """Return a kernel whose accesses to shared fields are all checked for data races."""
    checked: type[V1] = type(kernel.__name__, (kernel,), {"checks_races": True})
    return checked


def overridden(bug: type[V1]) -> dict[str, object]:
    """Return the kernel functions and decisions a class overrides, by name."""
    return {
        name: value
        for name, value in vars(bug).items()
        if not name.startswith("_") and name != "never_crosses"
    }


def patched(patch: type) -> type[V1]:
    """Return the kernel that a user's class makes: itself, or put in front of the default one.

    Names that begin with an underscore are the user's own business.

    Raises:
        CompositionError: it overrides nothing, a name the kernel lacks, or one that cannot be
            overridden.
    """
    kernel = patch if issubclass(patch, V1) else _on_v1(patch)
    _check_names(kernel)
    return kernel


def _on_v1(patch: type) -> type[V1]:
    if all(name.startswith("_") for name in dir(patch)):
        raise CompositionError(
            f"{patch.__name__} overrides nothing: it is derived from no revision and has no method "
            "with the name of a kernel function"
        )
    try:
        kernel: type[V1] = type(patch.__name__, (patch, V1), {"__module__": patch.__module__})
    except TypeError as error:
        raise CompositionError(f"{patch.__name__} cannot be a kernel: {error}") from error
    return kernel


def _check_names(patch: type[V1]) -> None:
    """Check that everything a user's class names is something there is."""
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
    known = {name for name in dir(V1) if callable(getattr(V1, name)) and not name.startswith("_")}
    final = {name for name in known if getattr(getattr(V1, name), "__final__", False)}
    for cls in patch.__mro__:
        if cls in V1.__mro__ or cls in REVISIONS.values():
            continue
        for name in sorted(overridden(cls)):
            if name in final:
                raise CompositionError(
                    f"{cls.__name__} overrides {name}, which is the frame the kernel runs in and "
                    "cannot be replaced; override one of the functions it calls"
                )
            if name not in known:
                raise CompositionError(
                    f"{cls.__name__} defines {name}, which the kernel never calls"
                    f"{did_you_mean(name, known)} (helpers of your own begin with an underscore)"
                )


def _named(name: str, table: dict[str, type[V1]], what: str) -> type[V1]:
    if name not in table:
        raise CompositionError(
            f"there is no {what} {name!r}{did_you_mean(name, table)} "
            f"(`vgic-stress list {what}s` shows them all)"
        )
    return table[name]
