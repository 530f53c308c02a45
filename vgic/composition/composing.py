# SPDX-License-Identifier: GPL-2.0-only
"""A kernel out of a revision, or a user's own class, and some bugs.

A bug is a class that overrides kernel functions or decisions by name. It is put in front of the
revision; two bugs on one decision are refused, and so is a bug in a revision that it does not
apply to.
"""

from collections.abc import Sequence

from vgic.bugs import Bug
from vgic.composition.names import named_bug
from vgic.composition.refused import CompositionError
from vgic.kernel import JudgedBy, Mechanism
from vgic.revisions import REVISIONS


def compose(revision: type[Mechanism], bugs: Sequence[str]) -> type[Mechanism]:
    """Put bugs into a revision.

    Args:
        revision: a revision, or a user's class derived from one.
        bugs: names of bugs; their order does not matter.

    Raises:
        CompositionError: an unknown bug, one that does not apply to the revision, or two bugs on
            one decision.
    """
    chosen = [named_bug(name) for name in sorted(set(bugs))]
    if not chosen:
        return revision
    _check_that_they_apply(chosen, revision)
    _check_that_they_differ(chosen)
    never = revision.never_crosses.union(*(bug.cls.never_crosses for bug in chosen))
    bases = (*(bug.cls for bug in chosen), revision)
    return type(revision.__name__, bases, {"never_crosses": never})


def with_races_checked(kernel: type[Mechanism]) -> type[Mechanism]:
    """Return a kernel whose accesses to shared fields are all checked for data races."""
    return _with(kernel, "checks_races")


def with_all_points(kernel: type[Mechanism]) -> type[Mechanism]:
    """Return a kernel with a scheduling point at each access to a shared field without its guard.

    Its schedules are others, so nothing of an execution without these points is one of it.
    """
    return _with(kernel, "stops_at_unguarded")


def with_kicks_checked(kernel: type[Mechanism]) -> type[Mechanism]:
    """Return a kernel that is judged for whom it kicks."""
    return _with(kernel, "checks_kicks")


def with_judges(kernel: type[Mechanism], judged_by: JudgedBy) -> type[Mechanism]:
    """Return a kernel that is judged by these."""
    return _with(kernel, "judged_by", judged_by)


def _with(kernel: type[Mechanism], mode: str, value: object = True) -> type[Mechanism]:
    """Return a kernel in a mode that its machine looks for, and otherwise as it was."""
    made: type[Mechanism] = type(kernel.__name__, (kernel,), {mode: value})
    return made


def overridden(cls: type[Mechanism]) -> dict[str, object]:
    """Return the kernel functions and decisions a class overrides, by name."""
    return {
        name: value
        for name, value in vars(cls).items()
        if not name.startswith("_") and name != "never_crosses"
    }


def beyond_revisions(kernel: type[Mechanism]) -> list[type]:
    """Return the classes that a kernel is made of and no revision is, the first to be asked first.

    Args:
        kernel: a revision, or a class derived from one.
    """
    ours = {cls for record in REVISIONS.values() for cls in record.cls.__mro__}
    return [cls for cls in kernel.__mro__ if cls not in ours]


def _check_that_they_apply(bugs: Sequence[Bug], revision: type[Mechanism]) -> None:
    """Check bugs against the revision that a class is or is derived from, if it is from any."""
    names = {record.cls: name for name, record in REVISIONS.items()}
    name = next((names[cls] for cls in revision.__mro__ if cls in names), None)
    for bug in bugs:
        if name is not None and name not in bug.revisions:
            raise CompositionError(
                f"bug {bug.name} does not apply to {name}: what it changes is not there, or is so "
                f"already; it applies to {' and '.join(bug.revisions)}"
            )


def _check_that_they_differ(bugs: Sequence[Bug]) -> None:
    by: dict[str, str] = {}
    for bug in bugs:
        for function in overridden(bug.cls):
            if function in by:
                raise CompositionError(
                    f"bugs {by[function]} and {bug.name} both override {function}: "
                    "only one of them can be in a kernel"
                )
            by[function] = bug.name
