# SPDX-License-Identifier: GPL-2.0-only
"""physical_by_memory: writes of registers change the physical side of what is loaded."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism
from vgic.revisions import PhysicalByMemory


class RegistersByMemory(Mechanism):
    """A write of ISENABLER, ISPENDR, ICPENDR or ICACTIVER goes by memory for the physical side.

    While the interrupt is in a list register its guest may have taken it or ended it: then the
    device is let go of while it is dealt with, or held when all is over. Four decisions together,
    as all kernels have them: docs/quirks.md, Q13.
    """

    sample_enabled = PhysicalByMemory.sample_enabled
    keeps_device_out = PhysicalByMemory.keeps_device_out
    lets_device_come = PhysicalByMemory.lets_device_come
    physical_is_known = PhysicalByMemory.physical_is_known


RECORD = Bug(
    name="physical_by_memory",
    cls=RegistersByMemory,
    found_as=(
        "I34 device let go",
        "I33 device silenced",
        "I16 missed kick",
        "I11 phantom level",
    ),
    guest_sees=True,
    date="2026-11",
    applies_to=("reference",),
)
