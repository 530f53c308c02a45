# SPDX-License-Identifier: GPL-2.0-only
"""What became of an interrupt that was to be put on a list."""

from enum import Enum


class Told(Enum):
    """Whom its arrival concerns beside the vCPU whose list it is on."""

    ALL = "all"


ADDED_FOR_ALL = Told.ALL
"""It was put on the list, and every vCPU has to come in anew for that."""

Added = bool | Told
"""Whether it was put on the list, and whether that concerns all."""
