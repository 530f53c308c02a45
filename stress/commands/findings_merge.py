# SPDX-License-Identifier: GPL-2.0-only
"""The command `findings merge`: nobody else may write there meanwhile."""

from collections.abc import Sequence
from pathlib import Path

from stress.commands.findings_read import check
from stress.history import History, merge
from stress.nights import held, join_parts
from stress.system import complain, counted


def merge_folders(folders: Sequence[Path], into: Path) -> str:
    """Merge the histories of some folders into one, and return what that came to.

    Raises:
        BadArgument: one of them has none, or a night runs where they are merged.
        OSError: something cannot be read or written.
    """
    for folder in folders:
        check(folder)
    with held(into, "--into"):
        merged = merge(folders, into)
        with History.open(into) as history:
            joined = join_parts(history)
    for note in merged.notes:
        complain(f"vgic-stress: {note}")
    said = (
        f"{', '.join(map(str, folders))} into {into}: {counted(merged.nights, 'night')} and "
        f"{counted(merged.added, 'finding')} added, more known of {merged.changed}"
    )
    return "\n".join([said, *joined])
