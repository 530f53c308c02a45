# SPDX-License-Identifier: GPL-2.0-only
"""What a kernel overrides beyond the revisions, and whether any of it was ever called.

A class whose overrides are never called is the revision that it is derived from, and a verdict on
it would be one on that. A call is noted by what stands before the method on the one kernel of an
execution and removes itself when it is first called, so that it costs a call for each override.
"""

from functools import cache

from harness.engine import observes
from vgic.kernel import Mechanism
from vgic.revisions import REVISIONS

observes(__name__)


@cache
def overrides_of(kernel: type[Mechanism]) -> tuple[str, ...]:
    """Return the methods that bugs and a user's own classes override in a revision, by name.

    Args:
        kernel: a revision, or a class derived from one; () for a revision as it is.
    """
    ours = {cls for record in REVISIONS.values() for cls in record.cls.__mro__}
    theirs = [cls for cls in kernel.__mro__ if cls not in ours]
    names = {name for cls in theirs for name in vars(cls) if not name.startswith("__")}
    methods = (name for name in names if callable(getattr(Mechanism, name, None)))
    return tuple(sorted(name for name in methods if callable(getattr(kernel, name))))


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
