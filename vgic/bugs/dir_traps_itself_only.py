# SPDX-License-Identifier: GPL-2.0-only
"""dir_traps_itself_only: a vCPU traps DIR only for what it has outside itself."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism
from vgic.revisions import TrapsWhenOutside


class DirTrapsItselfOnly(Mechanism):
    """DIR is trapped while something active of the vCPU's own may be outside its list registers.

    A shared interrupt that another vCPU has acknowledged is in none of its own: its DIR finds
    nothing, is not trapped, and is lost. As posted up to the count of shared interrupts in flight.
    """

    traps_dir = TrapsWhenOutside.traps_dir


RECORD = Bug(
    name="dir_traps_itself_only",
    cls=DirTrapsItselfOnly,
    found_as=("I14 EOIcount too high", "I13 stuck active"),
    guest_sees=True,
    date="2025-11",
    mended_by="1c3b3cadcd69",
    applies_to=("reference",),
)
