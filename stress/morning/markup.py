# SPDX-License-Identifier: GPL-2.0-only
"""Texts from records as markdown, in which they can be no markup."""

import re

from harness.engine import printable

_MARKUP = re.compile(
    r"[\\`*\[\]<>&|~$@#]"  # emphasis, code, links, HTML, tables, formulas, names and numbers
    r"|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"  # emphasis, but not within a name
    r"|:(?=//)|(?<=www)\."  # addresses
    r"|^[-+=]"  # lists and headings
)
_NUMBERED = re.compile(r"^(\d+)([.)])")


def marked_down(text: str) -> str:
    """Return a text that markdown shows as it is: a backslash before what would be markup."""
    return _NUMBERED.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", printable(text.strip())))


def as_code(text: str) -> str:
    """Return a text that markdown shows as code, whatever backquotes are in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {printable(text)} {fence}" if longest else f"`{printable(text)}`"
