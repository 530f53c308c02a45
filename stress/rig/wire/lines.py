# SPDX-License-Identifier: GPL-2.0-only
"""Lines of the console, taken apart: data out of a machine that may do anything.

The serial line is the kernel's, too, and loses characters. So a line of the monitor has a checksum,
and one that does not check, or is longer than any can be, is dropped.
"""

import re
import zlib
from typing import NamedTuple

LINE_MAX = 200_000
"""No line of the monitor is longer."""

_MARK = "VGS "
_LINE = re.compile(r"VGS ([0-9a-f]{8}) ([\x20-\x7e]*)")
_NUMBER = re.compile(r"[0-9]{1,19}")
_HEX = re.compile(r"[0-9a-f]{1,8}")


class Said(NamedTuple):
    """A line of the monitor.

    Attributes:
        kind: its first word.
        rest: what is behind it.
    """

    kind: str
    rest: str

    def numbers(self, count: int) -> tuple[tuple[int, ...], str] | None:
        """Return the decimal numbers that it begins with, and what is behind them.

        Args:
            count: how many there must be; None is returned if there are fewer.
        """
        words = self.rest.split(" ")
        if len(words) < count or not all(map(_NUMBER.fullmatch, words[:count])):
            return None
        return tuple(map(int, words[:count])), " ".join(words[count:])


def is_from_the_monitor(line: str) -> bool:
    """Tell whether a line of the console is, or once was, one of the monitor."""
    return line.startswith(_MARK)


def taken_apart(line: str) -> Said | None:
    """Return what a line of the console says, None if it is not one of the monitor, or damaged."""
    line = line.rstrip("\r\n")
    match = _LINE.fullmatch(line) if len(line) <= LINE_MAX else None
    if match is None or zlib.crc32(match[2].encode("ascii")) != int(match[1], 16):
        return None
    kind, _, rest = match[2].partition(" ")
    return Said(kind, rest)


def hexadecimal(text: str) -> list[int] | None:
    """Return words of 32 bits, None if there is anything else among them."""
    words = text.split()
    if not all(map(_HEX.fullmatch, words)):
        return None
    return [int(word, 16) for word in words]
