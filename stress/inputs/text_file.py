# SPDX-License-Identifier: GPL-2.0-only
"""A file of the user's that is read as text, as long as it is one and no longer than it may be."""

from pathlib import Path

from harness.engine import printable_name
from stress.inputs.arguments import BadArgument


def text_of(path: Path, most: int, what: str) -> str:
    """Return a file's text.

    Args:
        path: the file.
        most: it may have so many bytes.
        what: what files of its kind are called.

    Raises:
        BadArgument: it is no file, cannot be read, is longer, or is no UTF-8.
    """
    shown = printable_name(str(path))
    if path.exists() and not path.is_file():
        raise BadArgument(f"{shown}: it is no file: a folder, a pipe or a device is not read")
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise BadArgument(f"{shown}: it cannot be read: {error.strerror}") from error
    if len(data) > most:
        raise BadArgument(f"{shown}: {what} has at most {most >> 20} MiB")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadArgument(f"{shown}: it is no text in UTF-8 (byte {error.start})") from error
