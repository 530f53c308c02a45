# SPDX-License-Identifier: GPL-2.0-only
r"""Commands to be pasted into a shell: every word comes out of it as it was.

A file's name is bytes, and any but two of them may be in it. Where they are no printable text, the
word is quoted as bash and zsh quote such words, byte by byte: `$'caf\xe9.py'`.
"""

import os
import shlex
from collections.abc import Iterable

from harness.engine import is_printable


def joined(words: Iterable[str]) -> str:
    """Return a command of these words: one printable line."""
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    if is_printable(word):
        return shlex.quote(word)
    return f"$'{''.join(map(_in_ansi_c, word))}'"


def _in_ansi_c(char: str) -> str:
    if char in "\\'":
        return f"\\{char}"
    return char if is_printable(char) else "".join(f"\\x{byte:02x}" for byte in os.fsencode(char))
