# SPDX-License-Identifier: GPL-2.0-only
"""Does a printed command give every word back, and is it one printable line?"""

import os
import shlex
import shutil
import subprocess

import pytest

from harness.engine.printable import is_printable
from stress.system import shell

ORDINARY = [
    "vgic-stress",
    "replay",
    "vs1-abc_d",
    "--revision",
    "my patch.py:It's",
    "",
    "caf\u00e9.py",
]
NAMES = [
    b"\xff.py",
    b"a\nb.py",
    b'it\'s\x1b[31m "q".py',
    b"\\n$(date)`x`.py\x07",
    b"\xe2\x80\xaex.py",
]


def test_ordinary_words_are_quoted_as_ever() -> None:
    assert shell.joined(ORDINARY) == shlex.join(ORDINARY)


def test_what_is_not_printable_is_quoted_byte_by_byte() -> None:
    assert shell.joined(["x", os.fsdecode(b"a\xff'\x1b1.py")]) == r"x $'a\xff\'\x1b1.py'"


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash to paste it into")
def test_bash_gives_back_every_byte() -> None:
    words = ["printf", r"%s\0", *ORDINARY, *map(os.fsdecode, NAMES)]
    command = shell.joined(words)
    assert is_printable(command)
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=True, timeout=60)
    assert done.stdout.split(b"\0")[:-1] == list(map(os.fsencode, words[2:]))
