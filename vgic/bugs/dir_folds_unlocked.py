# SPDX-License-Identifier: GPL-2.0-only
"""dir_folds_unlocked: what DIR deactivates is folded when its lock has been let go of."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism
from vgic.revisions import FoldsUnlocked


class DirFoldsUnlocked(Mechanism):
    """DIR looks at an interrupt under its lock, lets that go, and folds as if a register was left.

    In between its vCPU may load it, active: the fold takes the active state away in memory, the
    list register keeps it, and the next exit brings it back. As shipped since 6.19, found by this
    tool: docs/findings.md, F4.
    """

    deactivate_unless_loaded = FoldsUnlocked.deactivate_unless_loaded


RECORD = Bug(
    name="dir_folds_unlocked",
    cls=DirFoldsUnlocked,
    found_as=("I13 stuck active", "I4 list registers miscounted"),
    guest_sees=True,
    date="2026-11",
    applies_to=("reference",),
)
