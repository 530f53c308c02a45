# SPDX-License-Identifier: GPL-2.0-only
"""What there is to know of a known bug beside its code: its record."""

import inspect
from dataclasses import dataclass

from vgic.kernel import Mechanism
from vgic.revisions import REVISIONS


@dataclass(frozen=True, kw_only=True)
class Bug:
    """A known bug, to be put into a revision.

    What cannot be sourced is left empty.

    Attributes:
        name: what it is called on the command line and in tokens.
        cls: the class that makes it: it overrides one decision, or the few that keep one count.
        found_as: the kinds of failure as which it must be reported, whichever comes first.
        guest_sees: what the guest sees of its interrupts goes wrong, so that it can be found
            without a look into the kernel.
        date: when it was mended or reported, as an ISO date, or as much of one as is known.
        commit: what brought it in, 12 digits.
        mended_by: the commit that mended it, 12 digits.
        cve: its CVE number.
        applies_to: the revisions that it can be put into, None for all. Into others it cannot:
            what it changes is not there, or is as it makes it.
        needs_races: it is found only where data races are checked for.
        needs_points: it is found only where unguarded accesses are scheduling points.
    """

    name: str
    cls: type[Mechanism]
    found_as: tuple[str, ...]
    guest_sees: bool
    date: str = ""
    commit: str = ""
    mended_by: str = ""
    cve: str = ""
    applies_to: tuple[str, ...] | None = None
    needs_races: bool = False
    needs_points: bool = False

    @property
    def story(self) -> str:
        """What it is, in paragraphs; the first line is a sentence of its own."""
        return inspect.getdoc(self.cls) or ""

    @property
    def revisions(self) -> tuple[str, ...]:
        """The names of the revisions that it can be put into."""
        return tuple(REVISIONS) if self.applies_to is None else self.applies_to
