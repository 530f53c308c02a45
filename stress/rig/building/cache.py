# SPDX-License-Identifier: GPL-2.0-only
"""Where what was built is kept: the user's cache folder, which anybody may delete at any time."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

_NAME = "vgic-stress"
_WORKPLACE = ".building-"
_OLD_S = 24 * 3600


class CacheFolder(NamedTuple):
    """The folder for what can be made again.

    Attributes:
        path: where it is.
        refused: why nothing can be written there, "" if it can.
    """

    path: Path
    refused: str

    @contextmanager
    def workplace(self) -> Iterator[Path]:
        """Give a new folder to work in, in the cache if it can be written, for this context."""
        where = None if self.refused else self.path
        self._remove_old()
        with tempfile.TemporaryDirectory(
            prefix=_WORKPLACE, dir=where, ignore_cleanup_errors=True
        ) as folder:
            yield Path(folder)

    def _remove_old(self) -> None:
        """Remove what builds have left that were killed long ago."""
        with suppress(OSError):
            for left in self.path.glob(f"{_WORKPLACE}*"):
                if time.time() - left.stat().st_mtime > _OLD_S:
                    shutil.rmtree(left, ignore_errors=True)


def cache_folder() -> CacheFolder:
    """Return the cache folder of this user, made if it is not there.

    It is in XDG_CACHE_HOME if that is an absolute path, else in ~/.cache.
    """
    xdg = Path(os.environ.get("XDG_CACHE_HOME", ""))
    try:
        path = (xdg if xdg.is_absolute() else Path.home() / ".cache") / _NAME
    except RuntimeError as error:  # there is no home
        return CacheFolder(Path(_NAME), str(error))
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        return CacheFolder(path, error.strerror or str(error))
    return CacheFolder(path, "")
