# SPDX-License-Identifier: GPL-2.0-only
"""What there is to know of a revision beside its code: its record."""

import inspect
from dataclasses import dataclass
from typing import NamedTuple

from vgic.kernel import Mechanism


class Commit(NamedTuple):
    """A change of the kernel that made a revision what it is.

    Attributes:
        id: its commit, 12 digits; "" where that is not known.
        what: what has changed, in a few words.
    """

    id: str
    what: str


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
        models: the changes that it models, the earliest first, as far as they touch what is here.
        beyond: changes of the same time that need what is not in the model, the earliest first.
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
    models: tuple[Commit, ...] = ()
    beyond: tuple[Commit, ...] = ()
    found_as: tuple[str, ...] = ()

    @property
    def story(self) -> str:
        """What it is, in paragraphs; the first line is a sentence of its own."""
        return inspect.getdoc(self.cls) or ""
