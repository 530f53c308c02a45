# SPDX-License-Identifier: GPL-2.0-only
"""Building: from the C sources of the monitor to what an emulated kernel finds as its file system.

The compiler is whichever this machine has (toolchain.py), what it is called with stands in
recipe.py, compiling.py calls it, and what it makes (making.py) is kept in the user's cache
(cache.py), so that it is made once.
"""

from stress.rig.building.archive import initramfs
from stress.rig.building.cache import CacheFolder, cache_folder
from stress.rig.building.compiling import BuildFailed, BuildInterrupted
from stress.rig.building.making import Monitor, monitor
from stress.rig.building.toolchain import NoToolchain, Toolchain, find_toolchain

__all__ = [
    "BuildFailed",
    "BuildInterrupted",
    "CacheFolder",
    "Monitor",
    "NoToolchain",
    "Toolchain",
    "cache_folder",
    "find_toolchain",
    "initramfs",
    "monitor",
]
