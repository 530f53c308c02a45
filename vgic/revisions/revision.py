# SPDX-License-Identifier: GPL-2.0-only
"""What there is to know of a revision beside its code: its record."""

import inspect
from dataclasses import dataclass

from vgic.kernel import Mechanism


@dataclass(frozen=True, kw_only=True)
class Revision:
    """A generation of the mechanism.

    What cannot be sourced is left empty.

    Attributes:
        name: what it is called on the command line and in tokens.
        cls: the class that makes it.
        aliases: other names by which it is read; none of them is ever printed.
        kernel: the release of Linux that it models.
        date: when it was posted or applied, as an ISO date.
        commit: what made it so, 12 digits.
        mended_by: the commit that mended what is wrong with it, 12 digits.
        found_as: the kinds of failure that what is wrong with it is first reported as; none if
            nothing is wrong with it.
    """

    name: str
    cls: type[Mechanism]
    aliases: tuple[str, ...] = ()
    kernel: str = ""
    date: str = ""
    commit: str = ""
    mended_by: str = ""
    found_as: tuple[str, ...] = ()

    @property
    def story(self) -> str:
        """What it is, in paragraphs; the first line is a sentence of its own."""
        return inspect.getdoc(self.cls) or ""
