# SPDX-License-Identifier: GPL-2.0-only
"""Booting: a kernel's image under an emulator, from a look at the file to what its plays came to.

image.py refuses what is no kernel, emulator.py finds the emulator and calls it, emulation.py runs
one, and boots.py makes of it as many boots as the plays take. booted.py has what comes of that.
"""

from stress.rig.booting.booted import Booted, BootFailed, EarlyEnd, EmulatorRefused, Watch
from stress.rig.booting.boots import boot
from stress.rig.booting.emulator import (
    LIST_REGISTERS,
    BootOptions,
    Emulator,
    NoEmulator,
    find_emulator,
)
from stress.rig.booting.image import BadImage

__all__ = [
    "LIST_REGISTERS",
    "BadImage",
    "BootFailed",
    "BootOptions",
    "Booted",
    "EarlyEnd",
    "Emulator",
    "EmulatorRefused",
    "NoEmulator",
    "Watch",
    "boot",
    "find_emulator",
]
