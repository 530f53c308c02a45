# SPDX-License-Identifier: GPL-2.0-only
"""Does opening a token import nothing and run nothing, even if it names a user's class?"""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from stress.executions.token import Token

OPEN_AND_COMPARE = """
import sys
from stress.executions.token import Token
Token.decode(sys.argv[1])
before = set(sys.modules)
Token.decode(sys.argv[2])
print(sorted(set(sys.modules) - before))
"""


def test_opening_a_token_of_a_users_class_imports_nothing(token: Token, tmp_path: Path) -> None:
    (tmp_path / "patch.py").write_text("open('it_ran', 'w')\n", "utf-8")
    named = replace(token, revision="reference", patch=None)
    for revision in ("patch.py:MyKernel", "patch.py", str(tmp_path / "patch.py")):
        patched = replace(token, revision=revision, patch=("MyKernel", "0123456789abcdef"))
        opened = subprocess.run(
            [sys.executable, "-c", OPEN_AND_COMPARE, named.encode(), patched.encode()],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert opened.stdout == "[]\n"
    assert not (tmp_path / "it_ran").exists()


def test_a_token_that_names_a_file_is_read_where_there_is_none(token: Token) -> None:
    elsewhere = replace(token, revision="/no/such/file.py:Class", patch=("Class", "00"))
    assert Token.decode(elsewhere.encode()).patch == ("Class", "00")
