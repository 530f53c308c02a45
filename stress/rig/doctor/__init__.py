# SPDX-License-Identifier: GPL-2.0-only
"""The doctor: what this machine has of all that the rig needs, what it lacks, and what to type.

`examined` looks at one thing after the other, emulator, compiler, cache, CPUs, zstd, the monitor,
and if it is asked to a boot, and says of each what there is.
"""

from stress.rig.doctor.examining import Equipment, examined

__all__ = ["Equipment", "examined"]
