# SPDX-License-Identifier: GPL-2.0-only
"""dir_leaves_latch: DIR of what is in a list register leaves what software has pended."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism
from vgic.revisions import LoadedByMmio


class DirLeavesLatch(Mechanism):
    """What DIR finds in a list register is deactivated by a write of ICACTIVER, which is no end.

    A level that software has pended, and its guest has taken and ended, is pending still, and comes
    again. As shipped since 6.19, found by this tool: docs/findings.md, F7.
    """

    deactivate_loaded = LoadedByMmio.deactivate_loaded


RECORD = Bug(
    name="dir_leaves_latch",
    cls=DirLeavesLatch,
    found_as=("I11 phantom level",),
    guest_sees=True,
    date="2026-11",
    applies_to=("reference",),
)
