# SPDX-License-Identifier: GPL-2.0-only
"""The morning: what people and CI read of a night.

Records come in and texts or values go out; nothing is run and no file is touched. `gone` says how
sure it is that a finding which is no longer seen is gone, `slower` what takes longer to be found.
"""

from stress.morning.gone import Gone, gone
from stress.morning.slower import Slower, slower

__all__ = [
    "Gone",
    "Slower",
    "gone",
    "slower",
]
