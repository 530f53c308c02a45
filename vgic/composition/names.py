# SPDX-License-Identifier: GPL-2.0-only
"""Revisions and bugs by name, and names that are asked for and not there."""

import difflib
from collections.abc import Iterable

from vgic.bugs import BUGS, BUGS_OF_POINTS, BUGS_OF_RACES, Bug
from vgic.composition.refused import CompositionError
from vgic.revisions import REVISIONS, Revision

_TRUE_NAMES = {alias: name for name, record in REVISIONS.items() for alias in record.aliases}


def true_name(revision: str) -> str:
    """Return a revision's own name for an alias of it, anything else as it is."""
    return _TRUE_NAMES.get(revision, revision)


def named_revision(name: str) -> Revision:
    """Return a revision by its name or an alias.

    Raises:
        CompositionError: there is none of that name.
    """
    record = REVISIONS.get(true_name(name))
    if record is None:
        near = _nearest(name, [*REVISIONS, *_TRUE_NAMES])
        raise _unknown("revision", name, true_name(near) if near is not None else None)
    return record


def named_bug(name: str) -> Bug:
    """Return a bug by name.

    Raises:
        CompositionError: there is none of that name.
    """
    record = {**BUGS, **BUGS_OF_RACES, **BUGS_OF_POINTS}.get(name)
    if record is None:
        raise _unknown("bug", name, _nearest(name, [*BUGS, *BUGS_OF_POINTS]))
    return record


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return a clause for the end of a message, "" if nothing is near."""
    return _clause(_nearest(name, names))


def _unknown(what: str, name: str, near: str | None) -> CompositionError:
    return CompositionError(
        f"there is no {what} {name!r}{_clause(near)} (`vgic-stress list {what}s` shows them all)"
    )


def _nearest(name: str, names: Iterable[str]) -> str | None:
    near = difflib.get_close_matches(name, sorted(names), n=1, cutoff=0.5)
    return near[0] if near else None


def _clause(near: str | None) -> str:
    return f"; did you mean {near}?" if near is not None else ""
