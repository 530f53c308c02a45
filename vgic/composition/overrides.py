# SPDX-License-Identifier: GPL-2.0-only
"""What a kernel overrides beyond the revisions, and whether any of it was ever called.

A class whose overrides are never called is the revision that it is derived from, and a verdict on
it would be one on that. A call is noted by what stands before the method on the one kernel of an
execution and removes itself when it is first called, so that it costs a call for each override.
"""

from functools import cache
from inspect import isfunction

from harness.engine import observes
from vgic.composition.composing import beyond_revisions
from vgic.kernel import Mechanism

observes(__name__)

_CHECKS = {
    *("announces_returns", "checks_kicks", "checks_races", "is_on_gicv2", "judged_by"),
    *("remembers_places", "stops_at_unguarded"),
}
"""What a class sets that is put in front of a kernel, and is not what is under test."""


@cache
def overrides_of(kernel: type[Mechanism]) -> tuple[str, ...]:
    """Return the methods that bugs and a user's own classes override in a revision, by name.

    Args:
        kernel: a revision, or a class derived from one; () for a revision as it is.
    """
    names = {name for cls in _overriding(kernel) for name in vars(cls)}
    methods = (n for n in names if not n.startswith("__") and callable(getattr(Mechanism, n, None)))
    return tuple(sorted(name for name in methods if callable(getattr(kernel, name))))


@cache
def changes_nothing(kernel: type[Mechanism]) -> bool:
    """Tell whether a kernel has nothing beside a revision that would be called or read.

    Args:
        kernel: a revision, or a class derived from one.
    """
    return not any(map(_has_its_own, _overriding(kernel)))


def _overriding(kernel: type[Mechanism]) -> list[type]:
    """Return the classes that a kernel is made of, but for revisions and what only checks it."""
    return [cls for cls in beyond_revisions(kernel) if not _CHECKS & vars(cls).keys()]


def _has_its_own(cls: type) -> bool:
    """Tell whether a class has anything in place of a method, or a function of Python's own.

    Such a one as `__init__` may replace anything.
    """
    return any(
        isfunction(value) if name.startswith("__") else callable(getattr(Mechanism, name, None))
        for name, value in vars(cls).items()
    )


def note_calls(kernel: Mechanism, called: set[str]) -> None:
    """Have the first call of each override noted.

    Args:
        kernel: the kernel of one execution, before it runs.
        called: where their names are put.
    """
    for name in overrides_of(type(kernel)):
        if name not in vars(kernel):
            _note_call(kernel, name, called)


def stop_noting(kernel: Mechanism) -> None:
    """Remove what stands before the overrides that were not called: it refers to the kernel."""
    for name in overrides_of(type(kernel)):
        vars(kernel).pop(name, None)


def _note_call(kernel: Mechanism, name: str, called: set[str]) -> None:
    def _first(*values: object, **named: object) -> object:
        called.add(name)
        vars(kernel).pop(name, None)
        return getattr(kernel, name)(*values, **named)

    setattr(kernel, name, _first)
