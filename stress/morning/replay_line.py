# SPDX-License-Identifier: GPL-2.0-only
"""The command that replays a finding of an earlier night, as short as it can be pasted whole."""

import re
from pathlib import Path

from stress.executions import PRINTED_MAX, Target
from stress.findings import token_file
from stress.history import FindingRecord
from stress.system import shell

_USERS_CLASS = re.compile(r"(?P<revision>.*\.py(?::\w+)?)(?P<bugs>(?:\+\w+)*)")


def replay_line(
    finding: FindingRecord, folder: Path | None = None, length_max: int = PRINTED_MAX
) -> str:
    """Return the command that replays a finding.

    The record knows a user's file by its base name only, so that is what the command names.

    Args:
        finding: the finding.
        folder: where it is kept, None if it is not.
        length_max: a command that is longer names the files of the folder instead of the tokens.
    """
    target = _target(finding.target)
    tokens = [finding.token, *finding.others]
    line = shell.joined(target.replaying(*tokens))
    if folder is None or len(line) <= length_max:
        return line
    files = [f"@{folder / token_file(number)}" for number in range(len(tokens))]
    return shell.joined(target.replaying(*files))


def _target(text: str) -> Target:
    """Return what a user's class is replayed on; all else is in the token."""
    users = _USERS_CLASS.fullmatch(text)
    if users is None:
        return Target()
    return Target(users["revision"], tuple(filter(None, users["bugs"].split("+"))))
