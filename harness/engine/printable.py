# SPDX-License-Identifier: GPL-2.0-only
"""Printable text: what comes from outside, so that it can be shown and cannot act.

The code under test names its exceptions, classes, functions and locks, and a token comes out of
an e-mail. Printed as they are, such texts could clear a terminal, set its title, write from right
to left, or add a line that looks like a verdict; a lone surrogate could not be written at all. So
every character that is no glyph is written as its escape sequence, and no text is endless.
"""

import re
from functools import lru_cache

TEXT_MAX = 1_000
"""No text from outside is shown longer than this."""

NAME_MAX = 100
"""No name from outside is."""

VALUE_MAX = 40
"""No value is."""

_CUT = " ... "

_WORDS = (bool, int, float, str, type(None))

# The categories Cc, Cf, Cs, Zl and Zp of Unicode, spelt out, so that they are the same on every
# Python: a text is part of signatures, and those of digests.
_ACTS = (
    r"\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e"
    r"\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    r"\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff"
)
_UNPRINTABLE = re.compile(f"[{_ACTS}]")
_UNPRINTABLE_IN_LINES = re.compile(f"(?!\n)[{_ACTS}]")


def is_printable(text: str) -> bool:
    """Return whether a text is one line of nothing but glyphs."""
    return _UNPRINTABLE.search(text) is None


def printable(text: str) -> str:
    r"""Return a text as one line of glyphs; what is none of them is escaped: `\n`, `\x1b`."""
    return _UNPRINTABLE.sub(_escaped, text)


def printable_lines(text: str) -> str:
    """Return a text of our own making, of several lines: they stay, all else is as in `printable`.

    What comes from outside has to be one line before it becomes a part of it.
    """
    return _UNPRINTABLE_IN_LINES.sub(_escaped, text)


def shortened(text: str, length: int = TEXT_MAX) -> str:
    """Return a text of at most so many characters; the middle of a longer one is left out."""
    if len(text) <= length:
        return text
    begin = (length - len(_CUT)) // 2
    return text[:begin] + _CUT + text[begin + len(_CUT) - length :]


def printable_text(text: str) -> str:
    """Return a text from outside as one printable line that is not too long."""
    return shortened(printable(shortened(text)))


@lru_cache(maxsize=4096)
def printable_name(name: str) -> str:
    """Return a name from outside as one printable word or two that are not too long."""
    return shortened(printable(shortened(name)), NAME_MAX)


def value_text(value: object) -> str:
    """Return a value of the code under test as one printable word or two.

    Nothing is asked of an object that is no word: what it does when it is printed is code, too.
    """
    if type(value) in _WORDS:
        return shortened(printable(repr(value)), VALUE_MAX)
    return f"a {printable_name(type(value).__name__)}"


def described(exception: BaseException) -> str:
    """Return the class and the text of an exception in one printable line.

    The exception may be one of the code under test, which may have got its text wrong, too.
    """
    name = type(exception).__name__
    try:
        return printable_text(f"{name}: {exception}")
    except BaseException as error:
        return printable_text(f"{name}, whose text cannot be had: {type(error).__name__}")


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")
