# SPDX-License-Identifier: GPL-2.0-only
"""Does the command that a record gives replay the finding, pasted as it is?"""

import shlex
from pathlib import Path

from stress.morning import replay_line
from tests.fixtures.nights import finding


def test_a_token_is_in_the_command_and_a_long_one_in_the_folder() -> None:
    record = finding(token="vs2-abc")
    folder = Path("my nights/findings/a-1")
    assert replay_line(record, folder) == "vgic-stress replay vs2-abc"
    long = replay_line(record, folder, 20)
    assert shlex.split(long) == ["vgic-stress", "replay", "@my nights/findings/a-1/token"]
    assert replay_line(record, None, 20) == "vgic-stress replay vs2-abc"


def test_a_finding_of_several_executions_names_each() -> None:
    record = finding(token="vs2-a", others=["vs2-b"])
    assert replay_line(record) == "vgic-stress replay vs2-a vs2-b"
    assert replay_line(record, Path("f"), 20) == "vgic-stress replay @f/token @f/token.1"


def test_a_users_class_and_its_bugs_are_named_and_a_revision_is_not() -> None:
    for target, words in {
        "a+b.py:MyKernel+no_splice+canary":
            "--revision a+b.py:MyKernel --bug no_splice --bug canary",
        "my_patch.py": "--revision my_patch.py",
        "head-walk+no_splice": "",
        "x y.py:K; rm -r .": "",
        "x y.py:K": "--revision 'x y.py:K'",
    }.items():  # fmt: skip
        line = replay_line(finding(target, token="vs2-a"))
        assert line == f"vgic-stress replay vs2-a {words}".strip()
