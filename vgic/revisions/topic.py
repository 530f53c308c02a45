# SPDX-License-Identifier: GPL-2.0-only
"""A topic: a point on which revisions differ, as the table of docs/revisions.md has it."""

from typing import NamedTuple

from vgic.kernel import Mechanism


class Topic(NamedTuple):
    """A point on which revisions differ.

    Attributes:
        name: what it is about.
        reference: what the reference does.
        otherwise: the facts that make another of it, each with what it does; the first that a
            revision is made of counts.
    """

    name: str
    reference: str
    otherwise: tuple[tuple[type[Mechanism], str], ...]

    def of(self, kernel: type[Mechanism]) -> str:
        """Return what a kernel does."""
        return next(
            (words for fact, words in self.otherwise if issubclass(kernel, fact)), self.reference
        )
