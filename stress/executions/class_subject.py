# SPDX-License-Identifier: GPL-2.0-only
"""A kernel given as a class, by a test that has it at hand, instead of by name.

Its token names the class and hashes its source like that of any user's class, so whoever gets the
token says where the class is.
"""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from harness import HarnessBug
from harness.engine import printable_name
from stress.executions.subject import Subject
from vgic import CompositionError, Mechanism, Reference, patched
from vgic.composition import compose


@dataclass(frozen=True)
class ClassSubject(Subject):
    """A kernel to test, as a class.

    Attributes:
        cls: the class; the revision is only what the token calls it.
    """

    cls: type[Mechanism] = Reference

    def kernel(self) -> type[Mechanism]:
        """Return the class with the bugs in it."""
        return self._checked(compose(self.cls, self.bugs))

    def by_file(self) -> Subject:
        """Return the same class by its file, for a process that has none of our objects.

        Raises:
            HarnessBug: it is none of those that the file has by their names.
        """
        if self.cls.__qualname__ != self.cls.__name__:
            raise HarnessBug(f"{self.cls.__qualname__} is not at the top of its file")
        return Subject(f"{_source(self.cls)}:{self.cls.__name__}", self.bugs, self.races)

    def patch_identity(self) -> tuple[str, str] | None:
        """Return the class by name and source hash."""
        return printable_name(self.cls.__name__), sha256(
            _source(self.cls).read_bytes()
        ).hexdigest()[:16]


def subject_of(kernel: str | type, bugs: Sequence[str], *, races: bool = False) -> Subject:
    """Return what is tested.

    Args:
        kernel: a revision's name, FILE.py:CLASS, or a class.
        bugs: names of bugs put into it.
        races: check for data races.

    Raises:
        CompositionError: the class can be no kernel.
    """
    if isinstance(kernel, str):
        return Subject(kernel, tuple(bugs), races)
    cls = patched(kernel)
    place = f"{_source(kernel).name}:{cls.__name__}"
    return ClassSubject(place, tuple(bugs), races, cls=cls)


def _source(cls: type) -> Path:
    try:
        return Path(inspect.getfile(cls))
    except (TypeError, OSError) as error:
        raise CompositionError(
            f"{cls.__name__} comes from no file, and a token knows a class by the hash of its "
            "source: write it into a file"
        ) from error
