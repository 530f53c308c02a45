# SPDX-License-Identifier: GPL-2.0-only
"""Records found in the files of a folder.

A revision or a bug is one file, which ends with its `RECORD`; there is no list in which to enter
it as well. So the record stands beside the code it is of, no file grows with their number, and
branches that add one each do not conflict.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TypeVar

_Record = TypeVar("_Record")


def records_in(folder: ModuleType, kind: type[_Record]) -> Iterator[_Record]:
    """Yield the record of each file of a package that has one, in the order of the files' names.

    Args:
        folder: the package.
        kind: what its records are.

    Raises:
        TypeError: what a file calls its record is none of that kind.
    """
    for name in sorted(found.name for found in iter_modules(folder.__path__)):
        module = import_module(f"{folder.__name__}.{name}")
        record = getattr(module, "RECORD", None)
        if isinstance(record, kind):
            yield record
        elif record is not None:
            raise TypeError(f"{module.__name__}.RECORD is no {kind.__name__}: {record!r:.80}")
