# SPDX-License-Identifier: GPL-2.0-only
"""reference: the two lists of November 2025, carried out correctly."""

from vgic.kernel import Mechanism
from vgic.revisions.revision import Revision


class Reference(Mechanism):
    """The November 2025 overflow split and splice done right, with every later fix.

    Ours; no kernel was ever released like this. The split gives the overflow list a ring of its
    own, and the mode is published after the sync.
    """


RECORD = Revision(name="reference", cls=Reference, aliases=("v1",))
