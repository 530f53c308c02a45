# SPDX-License-Identifier: GPL-2.0-only
"""Writing a file so that it is there whole or not at all.

A run may be killed at any moment and a disk may be full at any moment. What is written over is then
still what it was before: half a token would be none.
"""

import os
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write a text file in UTF-8, or leave what is there as it is.

    What UTF-8 cannot say is written in backslash form. A device or a pipe is simply written to.

    Raises:
        OSError: it cannot be written.
    """
    data = text.encode("utf-8", "backslashreplace")
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    place = path.resolve()  # where a link leads, so that the link stays one
    new = place.with_name(f".{place.name}.{os.getpid()}.new")
    try:
        new.write_bytes(data)
        new.replace(place)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise
