# SPDX-License-Identifier: GPL-2.0-only
"""ends_unheard: who samples a line again does not hear of its end."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism
from vgic.revisions import HearsOfFoundActive


class EndsUnheard(Mechanism):
    """The host hears of the end of a level only if an earlier exit has found it active.

    Taken and ended in one stay, what is behind a resampling irqfd keeps its line up, and its guest
    is interrupted for nothing, over and over. As shipped since 6.19: docs/findings.md, F10.
    """

    hears_of_end = HearsOfFoundActive.hears_of_end


RECORD = Bug(
    name="ends_unheard",
    cls=EndsUnheard,
    found_as=("I32 end unheard",),
    guest_sees=True,
    date="2026-11",
    applies_to=("reference",),
)
