# SPDX-License-Identifier: GPL-2.0-only
"""dir_hits_another: DIR of what is in a list register hits another interrupt."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism
from vgic.revisions import DirAsPosted


class DirHitsAnother(Mechanism):
    """The write of ICACTIVER has the number of a word for its offset, which counts bytes.

    So interrupt 42 addresses 18: a private one of the vCPU that writes, which it may be handling
    itself; and what was to be deactivated stays active. As posted in November 2025, and mended
    before it was applied.
    """

    deactivate_loaded = DirAsPosted.deactivate_loaded


RECORD = Bug(
    name="dir_hits_another",
    cls=DirHitsAnother,
    found_as=("I13 stuck active",),
    guest_sees=True,
    date="2025-11-03",
    mended_by="cd4f6ee99b28",
    applies_to=("reference",),
)
